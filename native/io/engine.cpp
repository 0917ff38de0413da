#include "io/engine.hpp"

#include "core/base/hash.hpp"
#include "io/reactor.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <system_error>

namespace millrace {
namespace {

// Names one life of a hub: the seconds since 1970, and 20 random bits, so that two processes started together differ.
std::uint64_t newEpoch() {
  constexpr std::uint64_t kRandomBits = 20;
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  std::random_device random;
  return (static_cast<std::uint64_t>(seconds.count()) << kRandomBits) | (random() & ((1U << kRandomBits) - 1U));
}

HashKey newHashKey() {
  std::random_device random;
  const auto word = [&] { return static_cast<std::uint64_t>(random()) << 32U | random(); };
  return {word(), word()};
}

}  // namespace

Engine::Engine() = default;
Engine::~Engine() = default;

Engine& Engine::process() {
  static Engine* const engine = [] {
    seedHashes(newHashKey());  // before there is a hub, or a thread
    return new Engine();
  }();
  return *engine;
}

// --- environments

OwnerId Engine::attach(Wake wake) {
  const std::lock_guard lock(mutex_);
  environments_[++lastOwner_].wake = std::move(wake);
  return lastOwner_;
}

void Engine::detach(OwnerId owner) {
  std::vector<std::unique_ptr<Reactor>> stopped;
  const std::lock_guard reactorsLock(reactorsMutex_);
  for (const auto& reactor : reactors_) {
    reactor->endAllOf(owner);
  }
  const bool isLast = [&] {
    const std::lock_guard lock(mutex_);
    environments_.erase(owner);
    forget(owner);
    return environments_.empty();
  }();
  if (isLast) {
    stopped = std::exchange(reactors_, {});
  }
}  // a reactor's end waits for its thread, which never takes reactorsMutex_

void Engine::forget(OwnerId owner) {
  for (Hub* const hub : hubs_) {
    hub->closeAll(owner, now());
    hub->forget(owner);
  }
  std::erase_if(gzips_, [this](const auto& gzip) {
    return std::none_of(hubs_.begin(), hubs_.end(), [&](Hub* hub) { return hub->contains(gzip.first); });
  });
  wakeOwners();
}

void Engine::Environment::wakeOnce() {
  if (!std::exchange(isWoken, true)) {
    wake();
  }
}

Engine::Collected Engine::collect(OwnerId owner) {
  deflatePending();
  constexpr std::size_t kPart = 256;
  const std::lock_guard lock(mutex_);
  Collected all;
  Turn turn;
  for (Hub* const hub : hubs_) {
    hub->beginTurn(owner);
    while (hub->collect(owner, kPart, turn)) {
    }
  }
  all.readable = std::move(turn.readable);
  all.closing = std::move(turn.closing);
  const auto environment = environments_.find(owner);
  if (environment != environments_.end()) {
    environment->second.isWoken = false;
    all.ended = std::exchange(environment->second.ended, {});
  }
  return all;
}

void Engine::settle(OwnerId owner) {
  exclusively([owner](Hubs hubs, Instant at) {
    for (Hub* const hub : hubs) {
      hub->settle(owner, at);
    }
  });
}

std::int64_t Engine::tick() {
  const std::lock_guard lock(mutex_);
  const Instant at = now();
  runDue(at);
  if (!writers_.empty()) {
    return -1;
  }
  const Instant next = nextDeadline();
  return next == kNever ? -1 : std::max<std::int64_t>(0, (next - at).count());
}

void Engine::runDue(Instant at) {
  for (Hub* const hub : hubs_) {
    hub->tick(at);
  }
  wakeOwners();
}

// --- hubs

std::size_t Engine::hub(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) {
    return static_cast<std::size_t>(found - names_.begin());
  }
  names_.emplace_back(name);
  owned_.push_back(std::make_unique<Hub>(newEpoch(), HubOptions{}));
  hubs_.push_back(owned_.back().get());
  for (const auto& [owner, reactor] : writers_) {
    hubs_.back()->trust(owner);
  }
  return hubs_.size() - 1;
}

ConnectionId Engine::newConnectionId() {
  const std::lock_guard lock(mutex_);
  return ++lastConnection_;
}

void Engine::wakeOwners() {
  for (Hub* const hub : hubs_) {
    for (const OwnerId owner : hub->takeWakes()) {
      if (const auto environment = environments_.find(owner); environment != environments_.end()) {
        environment->second.wakeOnce();
      } else if (const auto writer = writers_.find(owner); writer != writers_.end()) {
        writer->second->wake();
      }
    }
  }
  keepTime(now());
}

Instant Engine::now() {
  return Instant(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

// --- sockets

void Engine::setReactors(std::size_t count) {
  const std::lock_guard lock(reactorsMutex_);
  mostReactors_ = std::max<std::size_t>(1, count);
}

bool Engine::adopt(const SocketOptions& options) {
  const std::lock_guard lock(reactorsMutex_);
  const std::size_t chosen = nextReactor_++ % mostReactors_;
  try {
    while (reactors_.size() <= chosen) {
      reactors_.push_back(std::make_unique<Reactor>(*this));
    }
  } catch (const std::system_error&) {
    ::close(options.descriptor);
    return false;
  }
  reactors_[chosen]->adopt(options);
  return true;
}

OwnerId Engine::attachReactor(Reactor& reactor) {
  const std::lock_guard lock(mutex_);
  const OwnerId owner = ++lastOwner_;
  writers_.emplace(owner, &reactor);
  for (Hub* const hub : hubs_) {
    hub->trust(owner);
  }
  keepTime(now());
  return owner;
}

void Engine::detachReactor(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  writers_.erase(owner);
  armedFor_ = kNever;
  forget(owner);
  for (auto& [id, environment] : environments_) {
    environment.wakeOnce();  // which may have left the time to this reactor
  }
}

Connection* Engine::assign(std::size_t hub, ConnectionId connection, OwnerId owner, void* reader) {
  return with(hub, [&](Hub& chosen, Instant) { return chosen.assign(connection, owner, reader); });
}

void Engine::ended(std::size_t hub, ConnectionId connection, OwnerId environment, CloseReason reason) {
  const std::lock_guard lock(mutex_);
  hubs_[hub]->close(connection, now());
  const auto told = environments_.find(environment);
  if (told != environments_.end()) {
    told->second.ended.emplace_back(connection, reason);
    told->second.wakeOnce();
  }
}

// With a reactor, time is kept by the first one: a JavaScript thread may be busy for long.
void Engine::keepTime(Instant at) {
  if (writers_.empty()) {
    return;
  }
  const Instant next = nextDeadline();
  if (next < armedFor_) {
    armedFor_ = next;
    writers_.begin()->second->arm(std::max(Millis{0}, next - at));
  }
}

Instant Engine::nextDeadline() const {
  Instant next = kNever;
  for (const Hub* const hub : hubs_) {
    next = std::min(next, hub->nextDeadline());
  }
  return next;
}

void Engine::tickFromReactor() {
  const std::lock_guard lock(mutex_);
  armedFor_ = kNever;
  runDue(now());
}

}  // namespace millrace
