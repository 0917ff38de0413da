#include "io/engine.hpp"

#include <algorithm>
#include <chrono>
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

}  // namespace

Engine& Engine::process() {
  static Engine* const engine = new Engine();
  return *engine;
}

OwnerId Engine::attach(Wake wake) {
  const std::lock_guard lock(mutex_);
  environments_.emplace(++lastOwner_, std::move(wake));
  return lastOwner_;
}

void Engine::detach(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  environments_.erase(owner);
  for (NamedHub& named : hubs_) {
    named.hub->closeAll(owner, now());
  }
}

Engine::Collected Engine::collect(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  Collected all;
  for (NamedHub& named : hubs_) {
    Turn turn = named.hub->collect(owner);
    all.readable.insert(all.readable.end(), turn.readable.begin(), turn.readable.end());
    all.closing.insert(all.closing.end(), turn.closing.begin(), turn.closing.end());
  }
  return all;
}

void Engine::settle(OwnerId owner) {
  const std::lock_guard lock(mutex_);
  for (NamedHub& named : hubs_) {
    named.hub->settle(owner, now());
    wakeOwners(*named.hub);
  }
}

std::int64_t Engine::tick() {
  const std::lock_guard lock(mutex_);
  const Instant at = now();
  Instant next = kNever;
  for (NamedHub& named : hubs_) {
    named.hub->tick(at);
    wakeOwners(*named.hub);
    next = std::min(next, named.hub->nextDeadline());
  }
  return next == kNever ? -1 : std::max<std::int64_t>(0, (next - at).count());
}

std::size_t Engine::hub(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(hubs_.begin(), hubs_.end(), [&](const NamedHub& named) { return named.name == name; });
  if (found == hubs_.end()) {
    hubs_.push_back({std::string(name), std::make_unique<Hub>(newEpoch(), HubOptions{})});
    return hubs_.size() - 1;
  }
  return static_cast<std::size_t>(found - hubs_.begin());
}

ConnectionId Engine::newConnectionId() {
  const std::lock_guard lock(mutex_);
  return ++lastConnection_;
}

void Engine::wakeOwners(Hub& hub) {
  for (const OwnerId owner : hub.takeWakes()) {
    const auto environment = environments_.find(owner);
    if (environment != environments_.end()) {
      environment->second();
    }
  }
}

Instant Engine::now() {
  return Instant(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace millrace
