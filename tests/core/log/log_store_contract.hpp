#pragma once

// What every LogStore has to do. For one source file of a program, which instantiates LogStoreContract with its factories.
#include "core/log/log_store.hpp"
#include "core/log/stored_events.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace millrace::test {

// A store, and what it needs to be there as long as it is.
class StoreUnderTest {
 public:
  StoreUnderTest() = default;
  virtual ~StoreUnderTest() = default;
  StoreUnderTest(const StoreUnderTest&) = delete;
  StoreUnderTest& operator=(const StoreUnderTest&) = delete;

  [[nodiscard]] virtual LogStore& store() = 0;
};

struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

class LogStoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  std::unique_ptr<StoreUnderTest> made = GetParam().make();
  LogStore& store = made->store();
};

using Sequences = std::vector<std::uint64_t>;
using Lost = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

TEST_P(LogStoreContract, aChannelThatItDoesNotKnowIsEmpty) {
  const StorePage page = store.read("a", 7, 1000);
  EXPECT_EQ(page.outcome, StoreOutcome::done);
  EXPECT_TRUE(page.events.empty());
  EXPECT_EQ(page.lostThrough, 0U);
  EXPECT_FALSE(page.hasMore);
  EXPECT_EQ(store.beforeLast("a", 3, 100), 0U);
  EXPECT_EQ(channelOf(store, "a"), StoredChannel{"a"});
  EXPECT_EQ(store.forget("a"), StoreOutcome::done);
}

TEST_P(LogStoreContract, anEventIsReadAsItWasStored) {
  std::vector<TestEvent> events = chainOf("a", 0, 5);
  events[0].bytes = std::string("\0\r\n\xFF data", 9);
  events[1].label = "one";
  events[1].conflateKey = "key";
  events[1].expires = atMillis(-5);
  events[2].label = "one";
  events[2].conflateKey = "other";
  events[2].at = atMillis(-1'000'000);
  events[3].bytes = std::string(100'000, 'x');
  events[3].expires = atMillis(std::numeric_limits<std::int64_t>::max() - 1);
  events[4].bytes = "";
  events[4].conflateKey = "other";
  events[4].at = UnixTime::min();
  ASSERT_EQ(appendAll(store, events), StoreOutcome::done);
  const ReadAll all = readAll(store, "a");
  ASSERT_EQ(all.events.size(), events.size());
  for (std::size_t at = 0; at < events.size(); ++at) {
    const TestEvent& read = all.events[at];
    EXPECT_TRUE(events[at].is({read.sequence, read.bytes, read.label, read.conflateKey, read.at, read.expires})) << at;
  }
}

TEST_P(LogStoreContract, aPageBeginsBehindASequenceAndEndsWhenItIsFull) {
  ASSERT_EQ(appendAll(store, chainOf("a", 0, 100, 10)), StoreOutcome::done);  // "a 10": 4 to 6 bytes
  EXPECT_EQ(sequencesOf(readAll(store, "a", 980).events), (Sequences{990, 1000}));
  EXPECT_EQ(sequencesOf(readAll(store, "a", 985).events), (Sequences{990, 1000}));
  EXPECT_TRUE(readAll(store, "a", 1000).events.empty());
  const StorePage page = store.read("a", 15, 9);
  ASSERT_EQ(page.events.size(), 3U);
  EXPECT_EQ(page.from, 10U);
  EXPECT_EQ(page.through, 40U);
  EXPECT_TRUE(page.hasMore);
  EXPECT_EQ(store.read("a", 15, 0).events.size(), 1U);
  for (const std::size_t bytes : {1U, 7U, 100U, 1000U, 100'000U}) {
    EXPECT_EQ(readAll(store, "a", 0, bytes).events.size(), 100U);
  }
}

TEST_P(LogStoreContract, channelsOfOneAppendAreApart) {
  std::vector<TestEvent> events;
  for (std::uint64_t sequence = 1; sequence <= 300; ++sequence) {
    const std::uint64_t before = sequence > 3 ? sequence - 3 : 0;
    events.push_back({"channel" + std::to_string(sequence % 3), sequence, before, std::to_string(sequence)});
  }
  ASSERT_EQ(appendAll(store, events), StoreOutcome::done);
  for (std::uint64_t channel = 0; channel < 3; ++channel) {
    const ReadAll all = readAll(store, "channel" + std::to_string(channel), 0, 50);
    EXPECT_TRUE(all.lost.empty());
    ASSERT_EQ(all.events.size(), 100U);
    for (const TestEvent& event : all.events) {
      EXPECT_EQ(event.sequence % 3, channel);
      EXPECT_EQ(event.bytes, std::to_string(event.sequence));
    }
  }
}

TEST_P(LogStoreContract, missingEventsEndAPageAndAreToldByTheNext) {
  std::vector<TestEvent> events = chainOf("a", 0, 3);
  events.push_back({"a", 10, 8, "ten"});  // 8 was there
  ASSERT_EQ(appendAll(store, events), StoreOutcome::done);
  ASSERT_EQ(appendAll(store, {{"a", 20, 10, "twenty"}, {"a", 30, 29, "thirty"}}), StoreOutcome::done);
  StorePage page = store.read("a", 0, 1000);
  EXPECT_EQ(page.events.size(), 3U);
  EXPECT_EQ(page.through, 3U);
  EXPECT_EQ(page.lostThrough, 0U);
  EXPECT_TRUE(page.hasMore);
  page = store.read("a", 3, 1000);
  EXPECT_EQ(page.lostThrough, 8U);
  EXPECT_EQ(page.from, 8U);
  EXPECT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.through, 20U);
  const ReadAll all = readAll(store, "a");
  EXPECT_EQ(sequencesOf(all.events), (Sequences{1, 2, 3, 10, 20, 30}));
  EXPECT_EQ(all.lost, (Lost{{3, 8}, {20, 29}}));
  EXPECT_EQ(store.read("a", 9, 1000).lostThrough, 0U);  // nothing was ever between 8 and 10
  EXPECT_EQ(channelOf(store, "a").lostThrough, 29U);
}

TEST_P(LogStoreContract, eventsBeforeTheFirstOneAreMissing) {
  ASSERT_EQ(appendAll(store, chainOf("a", 50, 3)), StoreOutcome::done);
  const ReadAll all = readAll(store, "a", 20);
  EXPECT_EQ(all.lost, (Lost{{20, 50}}));
  EXPECT_EQ(sequencesOf(all.events), (Sequences{51, 52, 53}));
}

TEST_P(LogStoreContract, itSaysBehindWhichSequenceTheLastEventsAre) {
  for (std::uint64_t after = 0; after < 1000; after += 100) {
    ASSERT_EQ(appendAll(store, chainOf("a", after, 10, 10)), StoreOutcome::done);  // 10, 20, …, 1000
  }
  EXPECT_EQ(store.beforeLast("a", 1, 1000), 990U);
  EXPECT_EQ(store.beforeLast("a", 1, 999), 980U);
  EXPECT_EQ(store.beforeLast("a", 1, 5000), 990U);
  EXPECT_EQ(store.beforeLast("a", 0, 500), 500U);
  EXPECT_EQ(store.beforeLast("a", 3, 505), 470U);
  EXPECT_EQ(store.beforeLast("a", 25, 505), 250U);
  EXPECT_EQ(store.beforeLast("a", 50, 505), 0U);
  EXPECT_EQ(store.beforeLast("a", 5000, 505), 0U);
  for (std::uint64_t events = 1; events <= 100; ++events) {
    EXPECT_EQ(readAll(store, "a", store.beforeLast("a", events, 1000)).events.size(), events);
  }
  StoreLimits limits = kKeepsAll;
  limits.events = 10;
  StoredChannel channel{"a"};
  ASSERT_EQ(store.trim(limits, channel), StoreOutcome::done);
  EXPECT_EQ(store.beforeLast("a", 5, 505), 505U) << "those are gone: what is behind them does not count";
}

TEST_P(LogStoreContract, theOldestEventsGoUntilTheLimitsHold) {
  for (std::uint64_t after = 0; after < 1000; after += 10) {
    ASSERT_EQ(appendAll(store, chainOf("a", after, 10)), StoreOutcome::done);
  }
  StoredChannel channel = channelOf(store, "a");
  EXPECT_EQ(channel.events, 1000U);
  EXPECT_EQ(channel.newest, 1000U);
  EXPECT_EQ(channel.lostThrough, 0U);
  EXPECT_LE(channel.oldest, atMillis(1));
  const auto expectKept = [&](std::uint64_t least, std::uint64_t most) {
    EXPECT_GE(channel.events, least);
    EXPECT_LE(channel.events, most);
    EXPECT_EQ(channel.newest, 1000U);
    const ReadAll all = readAll(store, "a");
    ASSERT_EQ(all.events.size(), channel.events);
    EXPECT_EQ(all.lost, (Lost{{0, 1000 - channel.events}}));
    EXPECT_EQ(channel.lostThrough, 1000 - channel.events);
    std::uint64_t bytes = 0;
    for (const TestEvent& event : all.events) {
      bytes += event.bytes.size();
      EXPECT_GE(event.at, channel.oldest);
    }
    EXPECT_EQ(channel.bytes, bytes);
    EXPECT_EQ(channelOf(store, "a"), channel);
  };
  StoreLimits limits = kKeepsAll;
  limits.events = 505;
  ASSERT_EQ(store.trim(limits, channel), StoreOutcome::done);
  expectKept(505, 505 + 300);
  limits.bytes = 1501;  // "a 987" is five, "a 1000" six: 300 of them
  ASSERT_EQ(store.trim(limits, channel), StoreOutcome::done);
  expectKept(300, 300 + 300);
  limits.since = atMillis(801);
  ASSERT_EQ(store.trim(limits, channel), StoreOutcome::done);
  expectKept(200, 200 + 300);
}

TEST_P(LogStoreContract, aChannelOfWhichAllHasGoneIsUnknown) {
  ASSERT_EQ(appendAll(store, chainOf("a", 0, 20)), StoreOutcome::done);
  StoredChannel channel{"a"};
  ASSERT_EQ(store.trim({}, channel), StoreOutcome::done);
  EXPECT_EQ(channel.events, 0U);
  EXPECT_EQ(channel.bytes, 0U);
  EXPECT_EQ(channel.newest, 20U);
  EXPECT_EQ(channel.lostThrough, 20U);
  const ReadAll all = readAll(store, "a", 3);
  EXPECT_TRUE(all.events.empty());
  EXPECT_TRUE(all.lost.empty()) << "who asks knows what it had";
  ASSERT_EQ(appendAll(store, chainOf("a", 20, 2)), StoreOutcome::done);
  EXPECT_EQ(readAll(store, "a", 3).lost, (Lost{{3, 20}}));
  EXPECT_EQ(sequencesOf(readAll(store, "a", 20).events), (Sequences{21, 22}));
}

TEST_P(LogStoreContract, aChannelIsClosedAndOpenedAgain) {
  ASSERT_EQ(appendAll(store, chainOf("a", 0, 20)), StoreOutcome::done);
  ASSERT_EQ(store.end("a", 20), StoreOutcome::done);
  EXPECT_EQ(channelOf(store, "a").endsAfter, 20U);
  EXPECT_EQ(readAll(store, "a").events.size(), 20U);
  ASSERT_EQ(store.end("a", 0), StoreOutcome::done);
  EXPECT_EQ(channelOf(store, "a").endsAfter, 0U);
  ASSERT_EQ(store.end("b", 5), StoreOutcome::done);
  EXPECT_EQ(channelOf(store, "b").endsAfter, 5U);
}

TEST_P(LogStoreContract, aForgottenChannelIsUnknown) {
  ASSERT_EQ(appendAll(store, chainOf("a", 0, 20)), StoreOutcome::done);
  ASSERT_EQ(appendAll(store, chainOf("b", 20, 20)), StoreOutcome::done);
  ASSERT_EQ(store.forget("a"), StoreOutcome::done);
  EXPECT_TRUE(readAll(store, "a").events.empty());
  EXPECT_EQ(channelOf(store, "a"), StoredChannel{"a"});
  EXPECT_EQ(readAll(store, "b", 20).events.size(), 20U);
  ASSERT_EQ(appendAll(store, chainOf("a", 40, 2)), StoreOutcome::done);
  EXPECT_EQ(sequencesOf(readAll(store, "a", 40).events), (Sequences{41, 42}));
}

TEST_P(LogStoreContract, anAppendWithoutEntriesStoresThePosition) {
  EXPECT_EQ(store.append({}, {1, 2, 3, 0, false, false}), StoreOutcome::done);
  EXPECT_EQ(store.append({}, {1, 2, 3, 0, true, true}), StoreOutcome::done);
}

// Many small appends of some channels, with trims, and everything read in between, against what was given.
TEST_P(LogStoreContract, itHasWhatItWasGivenWhateverTheOrder) {
  std::mt19937 random(17);
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  struct Model {
    std::vector<TestEvent> events;
    std::uint64_t newest = 0;
  };
  std::map<std::string, Model> models;
  std::uint64_t sequence = 0;
  for (int round = 0; round < 1500; ++round) {
    std::vector<TestEvent> batch;
    const std::uint32_t size = below(8) == 0 ? below(200) : 1;
    for (std::uint32_t event = 0; event < size; ++event) {
      const std::string channel(1, static_cast<char>('a' + below(3)));
      Model& model = models[channel];
      ++sequence;
      batch.push_back({channel, sequence, model.newest, std::string(below(300), static_cast<char>('a' + below(26)))});
      batch.back().label = below(2) == 0 ? "label" : "";
      batch.back().at = atMillis(static_cast<std::int64_t>(sequence));
      model.newest = sequence;
      model.events.push_back(batch.back());
    }
    ASSERT_EQ(appendAll(store, batch), StoreOutcome::done);
    auto& [channel, model] = *std::next(models.begin(), below(static_cast<std::uint32_t>(models.size())));
    if (below(20) == 0) {
      StoreLimits limits = kKeepsAll;
      limits.events = below(500);
      StoredChannel kept{channel};
      ASSERT_EQ(store.trim(limits, kept), StoreOutcome::done);
      ASSERT_GE(kept.events, std::min<std::uint64_t>(limits.events, model.events.size()));
      ASSERT_LE(kept.events, model.events.size());
      model.events.erase(model.events.begin(), model.events.end() - static_cast<std::ptrdiff_t>(kept.events));
    }
    if (below(10) == 0) {
      const std::uint64_t after = model.events.empty() ? 0 : model.events.front().after;
      const ReadAll all = readAll(store, channel, after, 1 + below(20'000));
      ASSERT_EQ(all.events.size(), model.events.size()) << "round " << round;
      for (std::size_t at = 0; at < all.events.size(); ++at) {
        const TestEvent& read = all.events[at];
        ASSERT_TRUE(
            model.events[at].is({read.sequence, read.bytes, read.label, read.conflateKey, read.at, read.expires}));
      }
      ASSERT_TRUE(all.lost.empty() || model.events.empty());
      const std::uint32_t last = below(100);
      const std::size_t expected = std::min<std::size_t>(last, model.events.size());
      ASSERT_EQ(readAll(store, channel, store.beforeLast(channel, last, sequence)).events.size(), expected);
    }
  }
}

}  // namespace millrace::test
