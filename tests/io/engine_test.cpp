#include "io/engine/engine.hpp"
#include "io/reactor/reactor_pool.hpp"

#include "io/reader_thread.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace millrace::test {
namespace {

OpenOptions quiet() {
  OpenOptions options;
  options.subscriber.heartbeat.every = Millis{0};
  return options;
}

Receipt publish(Engine& engine, std::size_t hub, std::string_view channel, std::string_view data) {
  EventFields fields;
  fields.data = data;
  Receipt receipt;
  engine.with(hub, [&](Hub& chosen, Instant now) {
    EXPECT_EQ(chosen.publish(channel, fields, {}, now, receipt), WriteOutcome::written);
  });
  return receipt;
}

SubscriberId openAndJoin(Engine& engine, std::size_t hub, OwnerId owner, std::string_view channel) {
  const SubscriberId id = engine.newSubscriberId();
  engine.with(hub, [&](Hub& chosen, Instant now) {
    EXPECT_EQ(chosen.open(id, owner, quiet(), now), OpenOutcome::opened);
    EXPECT_EQ(chosen.join(id, channel, {}, now), JoinOutcome::joined);
  });
  return id;
}

TEST(Engine, HasOneHubForEachName) {
  Engine engine;
  const std::size_t first = engine.hub("a");
  EXPECT_NE(engine.hub("b"), first);
  EXPECT_EQ(engine.hub("a"), first);
}

TEST(Engine, WakesAnEnvironmentOnceUntilItCollects) {
  Engine engine;
  int wakes = 0;
  const OwnerId owner = engine.attach([&] { ++wakes; });
  const std::size_t hub = engine.hub("hub");
  const SubscriberId id = openAndJoin(engine, hub, owner, "c");
  for (int n = 0; n < 100; ++n) {
    EXPECT_EQ(publish(engine, hub, "c", "x").recipients, 1U);
  }
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(engine.collect(owner).readable, std::vector<SubscriberId>{id});
  publish(engine, hub, "c", "x");
  EXPECT_EQ(wakes, 2);
}

TEST(Engine, TellsAnEnvironmentOfTheHubsThatHaveSomethingOnly) {
  Engine engine;
  const OwnerId owner = engine.attach([] {});
  std::vector<SubscriberId> ids;
  std::vector<std::size_t> hubs;
  for (int n = 0; n < 100; ++n) {
    hubs.push_back(engine.hub("hub " + std::to_string(n)));
    ids.push_back(openAndJoin(engine, hubs.back(), owner, "c"));
  }
  EXPECT_EQ(engine.collect(owner).readable.size(), 100U);
  for (int n = 0; n < 100; ++n) {
    std::string bytes;
    engine.bodies().read(hubs[static_cast<std::size_t>(n)], ids[static_cast<std::size_t>(n)], 1000, bytes);
  }
  engine.settle(owner);
  publish(engine, hubs[7], "c", "x");
  publish(engine, hubs[3], "c", "x");
  publish(engine, hubs[7], "c", "y");
  EXPECT_EQ(engine.collect(owner).readable, (std::vector<SubscriberId>{ids[3], ids[7]}));
  publish(engine, hubs[7], "c", "while its turn lasts");
  engine.settle(owner);
  EXPECT_TRUE(engine.collect(owner).readable.empty()) << "it was told";
  engine.settle(owner);
}

TEST(Engine, ReadsAtMostSoManyBytesWhereverThatCutsThem) {
  Engine engine;
  const OwnerId owner = engine.attach([] {});
  const std::size_t hub = engine.hub("hub");
  const SubscriberId id = openAndJoin(engine, hub, owner, "c");
  std::string notice;
  engine.bodies().readNotice(hub, id, 1000, notice);
  EXPECT_TRUE(notice.starts_with("event: millrace.begin\n"));
  std::string expected;
  for (int n = 0; n < 50; ++n) {
    const std::string data(static_cast<std::size_t>(n) * 7, 'x');
    expected += "id: " + publish(engine, hub, "c", data).id + "\ndata: " + data + "\n\n";
  }
  std::string all;
  for (std::string bytes; all.size() < expected.size(); bytes.clear()) {
    engine.bodies().read(hub, id, 100, bytes);
    ASSERT_FALSE(bytes.empty());
    ASSERT_LE(bytes.size(), 100U);
    all += bytes;
  }
  EXPECT_EQ(all, expected);
  EXPECT_FALSE(engine.with(hub, [&](Hub& chosen, Instant) { return chosen.view(id).hasPending(); }));
}

TEST(Engine, KnowsWhatWasSaidOfAHub) {
  Engine engine;
  const std::size_t hub = engine.hub("hub");
  const std::size_t other = engine.hub("other");
  using Names = std::vector<std::string>;
  EXPECT_EQ(engine.declare(hub, {{"a", "1"}, {"b", "2"}}, false), Names{});
  EXPECT_EQ(engine.declare(hub, {{"a", "1"}, {"c", "3"}}, false), Names{});
  EXPECT_EQ(engine.declare(hub, {{"a", "9"}, {"d", "4"}}, false), Names{"a"});
  EXPECT_EQ(engine.declare(hub, {{"d", "5"}}, false), Names{}) << "what conflicted was not noted";
  EXPECT_EQ(engine.declare(hub, {{"a", "9"}}, true), Names{"a"});
  EXPECT_EQ(engine.declare(hub, {{"a", "9"}}, false), Names{}) << "it was newer";
  EXPECT_EQ(engine.declare(other, {{"a", "7"}}, false), Names{});

  int wakes = 0;
  const OwnerId owner = engine.attach([&] { ++wakes; });
  EXPECT_EQ(engine.collect(owner).authorizers, 0U);
  engine.requireAuthorizer(hub);
  engine.requireAuthorizer(hub);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(engine.collect(owner).authorizers, 1U);
  EXPECT_TRUE(engine.hasAuthorizer(hub));
  EXPECT_FALSE(engine.hasAuthorizer(other));
}

TEST(Engine, ForgetsAnEnvironmentAndItsConnections) {
  Engine engine;
  int wakes = 0;
  const OwnerId owner = engine.attach([&] { ++wakes; });
  const std::size_t hub = engine.hub("hub");
  openAndJoin(engine, hub, owner, "c");
  static_cast<void>(engine.collect(owner));
  engine.detach(owner);
  EXPECT_EQ(publish(engine, hub, "c", "x").recipients, 0U);
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(engine.collect(owner).readable.empty());
}

TEST(Engine, SaysWhenSomethingIsDue) {
  Engine engine;
  EXPECT_EQ(engine.tick(), -1);
  const OwnerId owner = engine.attach([] {});
  const std::size_t hub = engine.hub("hub");
  const SubscriberId id = engine.newSubscriberId();
  OpenOptions options = quiet();
  options.subscriber.heartbeat.every = Millis{5000};
  engine.with(hub,
              [&](Hub& chosen, Instant now) { EXPECT_EQ(chosen.open(id, owner, options, now), OpenOutcome::opened); });
  const std::int64_t due = engine.tick();
  EXPECT_GT(due, 0);
  EXPECT_LE(due, 5000);
}

// Every thread both reads and is published to by the others; run under ThreadSanitizer.
TEST(Engine, GivesEveryThreadEveryEventOnceAndInTheOrderOfEachPublisher) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kConnections = 8;
  constexpr std::size_t kEvents = 400;
  Engine engine;
  const std::size_t hub = engine.hub("hub");
  std::vector<std::unique_ptr<ReaderThread>> readers;
  for (std::size_t n = 0; n < kThreads; ++n) {
    readers.push_back(std::make_unique<ReaderThread>(engine, hub, "c", kConnections, kThreads * kEvents));
  }
  for (const auto& reader : readers) {
    reader->waitUntilOpen();
  }
  std::vector<std::thread> publishers;
  publishers.reserve(kThreads);
  for (std::size_t publisher = 0; publisher < kThreads; ++publisher) {
    publishers.emplace_back([&engine, hub, publisher] {
      for (std::size_t n = 0; n < kEvents; ++n) {
        publish(engine, hub, "c", std::to_string(publisher) + ":" + std::to_string(n));
      }
    });
  }
  for (std::thread& publisher : publishers) {
    publisher.join();
  }
  for (const auto& reader : readers) {
    for (const std::vector<std::string>& received : reader->join()) {
      ASSERT_EQ(received.size(), kThreads * kEvents);
      std::vector<std::size_t> next(kThreads, 0);
      for (const std::string& data : received) {
        const std::size_t publisher = static_cast<std::size_t>(data.front() - '0');
        ASSERT_EQ(data, std::to_string(publisher) + ":" + std::to_string(next.at(publisher)++));
      }
    }
  }
}

TEST(Engine, ThreadsThatComeAndGoLeaveNothingOpen) {
  Engine engine;
  const std::size_t hub = engine.hub("hub");
  constexpr std::size_t kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t n = 0; n < kThreads; ++n) {
    threads.emplace_back([&engine, hub] {
      for (int round = 0; round < 50; ++round) {
        const OwnerId owner = engine.attach([] {});
        openAndJoin(engine, hub, owner, "c");
        publish(engine, hub, "c", "x");
        static_cast<void>(engine.collect(owner));
        static_cast<void>(engine.tick());
        engine.settle(owner);
        engine.detach(owner);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  engine.with(hub, [](Hub& chosen, Instant) { EXPECT_EQ(chosen.census().stats().connections, 0U); });
}

}  // namespace
}  // namespace millrace::test
