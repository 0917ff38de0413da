#include "io/test_environment.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

namespace millrace::test {

OpenOptions quiet() {
  OpenOptions options;
  options.subscriber.heartbeat.every = Millis{0};
  return options;
}

TestEnvironment::TestEnvironment(Engine& engine) : engine_(engine) {
  owner_ = engine_.attach([this] {
    const std::lock_guard lock(mutex_);
    isWoken_ = true;
    changed_.notify_all();
  });
}

TestEnvironment::~TestEnvironment() {
  if (!isDetached_) {
    detach();
  }
}

void TestEnvironment::detach() {
  engine_.detach(owner_);
  isDetached_ = true;
}

SubscriberId TestEnvironment::open(std::size_t hub, std::string_view channel, const OpenOptions& options) {
  const SubscriberId id = engine_.newSubscriberId();
  engine_.with(hub, [&](Hub& chosen, Instant now) {
    EXPECT_EQ(chosen.open(id, owner_, options, now), OpenOutcome::opened);
    if (!channel.empty()) {
      EXPECT_EQ(chosen.join(id, channel, {}, now), JoinOutcome::joined);
    }
  });
  return id;
}

void TestEnvironment::adopt(std::size_t hub, SubscriberId id, Descriptor socket, bool isReleased) {
  SocketOptions options;
  options.hub = hub;
  options.subscriber = id;
  options.environment = owner_;
  options.isReleased = isReleased;
  EXPECT_TRUE(engine_.reactors().adopt(options, UniqueDescriptor(socket.release())));
}

// Not under mutex_, which the wake takes under the engine's lock.
void TestEnvironment::collect() {
  const Engine::Collected collected = engine_.collect(owner_);
  engine_.settle(owner_);
  const std::lock_guard lock(mutex_);
  for (const Engine::Ended& one : collected.ended) {
    EXPECT_TRUE(ended_.emplace(one.subscriber, one.reason).second) << one.subscriber << " ended twice";
  }
}

bool TestEnvironment::hasEnded(SubscriberId id) {
  collect();
  const std::lock_guard lock(mutex_);
  return ended_.contains(id);
}

std::optional<CloseReason> TestEnvironment::waitForEnd(SubscriberId id) {
  constexpr std::chrono::seconds kPatience{60};
  while (!hasEnded(id)) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return isWoken_; })) {
      ADD_FAILURE() << id << " did not end in a minute";
      return std::nullopt;
    }
    isWoken_ = false;
  }
  const std::lock_guard lock(mutex_);
  return ended_.at(id);
}

Receipt publishTo(Engine& engine, std::size_t hub, std::string_view channel, std::string_view data,
                  std::string_view type) {
  EventFields fields;
  fields.data = data;
  fields.type = type;
  Receipt receipt;
  WriteOutcome outcome = WriteOutcome::overloaded;
  while (outcome == WriteOutcome::overloaded) {
    outcome =
        engine.with(hub, [&](Hub& chosen, Instant now) { return chosen.publish(channel, fields, {}, now, receipt); });
    if (outcome == WriteOutcome::overloaded) {
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(outcome, WriteOutcome::written);
  return receipt;
}

void sendTo(Engine& engine, std::size_t hub, SubscriberId id, std::string_view data) {
  EventFields fields;
  fields.data = data;
  Receipt receipt;
  engine.with(hub, [&](Hub& chosen, Instant now) { static_cast<void>(chosen.send(id, fields, now, receipt)); });
}

}  // namespace millrace::test
