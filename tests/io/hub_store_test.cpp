#include "io/engine/hub_store.hpp"

#include "io/engine/engine.hpp"
#include "io/test_environment.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace millrace::test {
namespace {

HubOptions durable(Durability durability) {
  HubOptions options;
  options.durability = durability;
  options.history.events = 20;
  return options;
}

// An engine with one hub that has a store, as a process has one.
class DurableHub {
 public:
  DurableHub(const std::string& file, Durability durability) : hub(engine.hub("durable")) {
    EXPECT_EQ(engine.store(hub).configure({file, Millis(1)}), HubStore::Configured::done);
    engine.with(hub, [&](Hub& chosen, Instant) { chosen.configure(durable(durability)); });
    isOpen = engine.store(hub).ensureOpen();
  }

  std::uint64_t publish(const std::string& channel, const std::string& data) {
    return publishTo(engine, hub, channel, data).sequence;
  }
  // Waits until nothing waits for the store.
  void waitUntilStored(std::uint64_t sequence) {
    while (stateOf(sequence) == StoredState::waiting) {
      std::this_thread::yield();
    }
  }
  StoredState stateOf(std::uint64_t sequence) {
    return engine.with(hub, [&](Hub& chosen, Instant) { return chosen.durable().stateOf(sequence); });
  }
  // All that a connection from the channel's beginning is given, until it has this text.
  std::string readUntil(const std::string& channel, const std::string& text) {
    TestEnvironment environment(engine);
    const SubscriberId id = environment.open(hub, "", quiet());
    engine.with(hub, [&](Hub& chosen, Instant now) {
      JoinOptions options;
      options.last = JoinOptions::kAllEvents;
      EXPECT_EQ(chosen.join(id, channel, options, now), JoinOutcome::joined);
    });
    std::string all;
    while (all.find(text) == std::string::npos) {
      engine.bodies().read(hub, id, std::size_t{1} << 20U, all);
      std::this_thread::yield();
    }
    return all;
  }

  Engine engine;
  const std::size_t hub;
  bool isOpen = false;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++found;
  }
  return found;
}

class HubStoreTest : public ::testing::TestWithParam<Durability> {
 protected:
  TemporaryFolder folder;
};

TEST_P(HubStoreTest, manyThreadsPublishAndReadAndTheNextEngineGoesOn) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEvents = 200;
  std::uint64_t newest = 0;
  {
    DurableHub first(folder.file("events"), GetParam());
    ASSERT_TRUE(first.isOpen);
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        const std::string channel = "c" + std::to_string(thread % 2);
        for (std::size_t event = 0; event < kEvents; ++event) {
          const std::uint64_t sequence = first.publish(channel, "event " + std::to_string(event));
          if (event % 50 == 49) {
            first.waitUntilStored(sequence);
            EXPECT_EQ(first.stateOf(sequence), StoredState::stored);
          }
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    newest = first.publish("c0", "the last");
    first.publish("c1", "the last");
    EXPECT_EQ(count(first.readUntil("c0", "the last"), "data: event "), kThreads / 2 * kEvents);
    first.engine.store(first.hub).rest();
  }
  DurableHub second(folder.file("events"), GetParam());
  ASSERT_TRUE(second.isOpen);
  EXPECT_EQ(count(second.readUntil("c1", "the last"), "data: event "), kThreads / 2 * kEvents);
  EXPECT_EQ(second.publish("c0", "more"), newest + 2) << "the numbers go on";
}

TEST_P(HubStoreTest, aHubThatRestsGoesOnWhenItIsUsedAgain) {
  DurableHub hub(folder.file("events"), GetParam());
  hub.publish("c", "before");
  hub.engine.store(hub.hub).rest();
  ASSERT_TRUE(hub.engine.store(hub.hub).ensureOpen());
  hub.waitUntilStored(hub.publish("c", "after"));
  EXPECT_EQ(count(hub.readUntil("c", "after"), "data: before"), 1U);
}

TEST_P(HubStoreTest, aFileHasOneHubAtATime) {
  const std::string file = folder.file("events");
  DurableHub first(file, GetParam());
  ASSERT_TRUE(first.isOpen);
  DurableHub second(file, GetParam());
  EXPECT_FALSE(second.isOpen);
  EXPECT_NE(second.engine.store(second.hub).fault().find("another process has the file open"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(durabilities, HubStoreTest, ::testing::Values(Durability::batch, Durability::always));

}  // namespace
}  // namespace millrace::test
