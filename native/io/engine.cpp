#include "io/engine.hpp"

#include "core/base/hash.hpp"
#include "io/reactor.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>

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
    seedHashes(stateOf(newHashKey()));  // before there is a hub, or a thread
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
  Handles all(hubs_.size());
  std::iota(all.begin(), all.end(), 0);
  haveChanged(all);
}

// It counts as woken once the message is posted: that may fail for want of memory.
void Engine::Environment::wakeOnce() {
  if (!isWoken) {
    wake();
    isWoken = true;
  }
}

Engine::Collected Engine::collect(OwnerId owner) {
  constexpr std::size_t kPart = 256;
  const Handles handles = beginTurn(owner, {});
  deflatePending(handles);
  const std::lock_guard lock(mutex_);
  Collected all;
  Turn turn;
  for (const std::size_t handle : handles) {
    while (hubs_[handle]->collect(owner, kPart, turn)) {
    }
  }
  all.readable = std::move(turn.readable);
  all.closing = std::move(turn.closing);
  all.authorizers = authorizers_;
  const auto environment = environments_.find(owner);
  if (environment != environments_.end()) {
    environment->second.isWoken = false;
    all.ended = std::exchange(environment->second.ended, {});
    Handles& turnOfIt = environment->second.turn;
    turnOfIt.insert(turnOfIt.end(), handles.begin(), handles.end());
    if (!environment->second.news.empty()) {
      environment->second.wakeOnce();  // what came since the turn began
    }
  }
  return all;
}

Engine::Handles Engine::beginTurn(OwnerId owner, Handles also) {
  const std::lock_guard lock(mutex_);
  Handles handles = std::move(also);
  const auto add = [&handles](Handles& news) {
    handles.insert(handles.end(), news.begin(), news.end());
    news.clear();
  };
  if (const auto environment = environments_.find(owner); environment != environments_.end()) {
    add(environment->second.news);
  } else if (const auto writer = writers_.find(owner); writer != writers_.end()) {
    add(writer->second.news);
  }
  std::sort(handles.begin(), handles.end());
  handles.erase(std::unique(handles.begin(), handles.end()), handles.end());
  for (const std::size_t handle : handles) {
    hubs_[handle]->beginTurn(owner);
  }
  return handles;
}

void Engine::settle(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  const auto environment = environments_.find(owner);
  if (environment == environments_.end()) {
    return;
  }
  const Handles handles = std::exchange(environment->second.turn, {});
  const Instant at = now();
  for (const std::size_t handle : handles) {
    hubs_[handle]->settle(owner, at);
  }
  haveChanged(handles);
}

std::int64_t Engine::tick() {
  const std::lock_guard lock(mutex_);
  const Instant at = now();
  runDue(at);
  if (!writers_.empty()) {
    return -1;
  }
  return due_.empty() ? -1 : std::max<std::int64_t>(0, (due_.begin()->first - at).count());
}

void Engine::runDue(Instant at) {
  Handles handles;
  for (auto next = due_.begin(); next != due_.end() && next->first <= at; ++next) {
    handles.push_back(next->second);
  }
  for (const std::size_t handle : handles) {
    hubs_[handle]->tick(at);
  }
  haveChanged(handles);
}

// --- hubs

std::size_t Engine::hub(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = handles_.find(name);
  if (found != handles_.end()) {
    return found->second;
  }
  owned_.push_back(std::make_unique<Hub>(newEpoch(), HubOptions{}));
  notedAt_.push_back(kNever);
  declarations_.emplace_back();
  hubs_.push_back(owned_.back().get());
  return handles_.emplace(std::string(name), hubs_.size() - 1).first->second;
}

std::vector<std::string> Engine::declare(std::size_t hub, const Declarations::Options& options, bool areNewer) {
  const std::lock_guard lock(mutex_);
  return declarations_[hub].declare(options, areNewer);
}

bool Engine::hasAuthorizer(std::size_t hub) {
  const std::lock_guard lock(mutex_);
  return declarations_[hub].hasAuthorizer();
}

void Engine::requireAuthorizer(std::size_t hub) {
  const std::lock_guard lock(mutex_);
  if (!declarations_[hub].requireAuthorizer()) {
    return;
  }
  ++authorizers_;
  for (auto& [id, environment] : environments_) {
    environment.wakeOnce();
  }
}

ConnectionId Engine::newConnectionId() {
  const std::lock_guard lock(mutex_);
  return ++lastConnection_;
}

// Wakes whom it concerns, and notes when the hubs want to be looked at again.
void Engine::haveChanged(std::span<const std::size_t> handles) {
  for (const std::size_t handle : handles) {
    for (const OwnerId owner : hubs_[handle]->takeWakes()) {
      if (const auto environment = environments_.find(owner); environment != environments_.end()) {
        environment->second.news.push_back(handle);
        environment->second.wakeOnce();
      } else if (const auto writer = writers_.find(owner); writer != writers_.end()) {
        writer->second.news.push_back(handle);
        writer->second.reactor->wake();
      }
    }
    noteDeadline(handle);
  }
  keepTime(now());
}

void Engine::noteDeadline(std::size_t handle) {
  const Instant next = hubs_[handle]->nextDeadline();
  if (next == notedAt_[handle]) {
    return;
  }
  due_.erase({notedAt_[handle], handle});
  notedAt_[handle] = next;
  if (next != kNever) {
    due_.emplace(next, handle);
  }
}

Instant Engine::now() {
  return Instant(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

// --- sockets

void Engine::setReactors(std::size_t count) {
  const std::lock_guard lock(reactorsMutex_);
  mostReactors_ = std::clamp<std::size_t>(count, 1, kMostReactors);
}

// All at once: those that cannot be had now are tried again with the next socket, and the others do their work meanwhile.
void Engine::makeReactors() {
  try {
    while (reactors_.size() < mostReactors_) {
      reactors_.push_back(std::make_unique<Reactor>(*this));
    }
  } catch (...) {  // descriptors, threads or memory
  }
}

bool Engine::adopt(const SocketOptions& options, UniqueDescriptor descriptor) noexcept {
  try {
    const std::lock_guard lock(reactorsMutex_);
    makeReactors();
    const std::size_t reactors = std::min(reactors_.size(), mostReactors_);
    return reactors > 0 && reactors_[nextReactor_++ % reactors]->adopt(options, std::move(descriptor));
  } catch (...) {
    return false;
  }
}

OwnerId Engine::attachReactor(Reactor& reactor) {
  const std::lock_guard lock(mutex_);
  const OwnerId owner = ++lastOwner_;
  writers_[owner].reactor = &reactor;
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
  return with(hub, [&](Hub& chosen, Instant) {
    Connection* const assigned = chosen.assign(connection, owner, reader);
    if (assigned != nullptr) {
      chosen.trust(owner);
    }
    return assigned;
  });
}

void Engine::ended(std::size_t hub, ConnectionId connection, OwnerId environment, CloseReason reason) {
  const std::lock_guard lock(mutex_);
  hubs_[hub]->close(connection, now());
  noteDeadline(hub);
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
  const Instant next = due_.empty() ? kNever : due_.begin()->first;
  if (next < armedFor_) {
    writers_.begin()->second.reactor->arm(std::max(Millis{0}, next - at));
    armedFor_ = next;
  }
}

void Engine::tickFromReactor() {
  const std::lock_guard lock(mutex_);
  armedFor_ = kNever;
  runDue(now());
}

}  // namespace millrace
