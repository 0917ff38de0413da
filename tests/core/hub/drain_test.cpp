#include "core/hub/drain.hpp"

#include "core/hub/part_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace millrace {
namespace {

class DrainTest : public test::PartTest {
 protected:
  static constexpr DrainOptions kOptions{
      .within = Millis{10000}, .retryFrom = Millis{1000}, .retrySpread = Millis{10000}, .shuffle = 5};

  Subscriber& addReading(SubscriberId id, SubscriberKind kind = SubscriberKind::connection) {
    scheduler.addSubscriber(1);
    return add(id, 1, {}, kind);
  }
  std::string said(SubscriberId id) { return registry.find(id)->reader().preamble().text(); }

  Scheduler scheduler{sequence};
  Deadlines deadlines;
  Drain drain{registry, scheduler, deadlines};
};

TEST_F(DrainTest, beginsOnce) {
  EXPECT_FALSE(drain.hasBegun());
  addReading(1);
  drain.begin(kOptions, now);
  EXPECT_TRUE(drain.hasBegun());
  EXPECT_EQ(said(1), "retry: 1000\n\n");
  DrainOptions others = kOptions;
  others.retryFrom = Millis{5};
  drain.begin(others, now);
  EXPECT_EQ(said(1), "retry: 1000\n\n");
  EXPECT_GE(drain.nextRetry(), 1000U) << "the first options count";
}

TEST_F(DrainTest, allEndInTenWavesWithinNineTenthsOfTheTime) {
  constexpr SubscriberId kMany = 100;
  for (SubscriberId id = 1; id <= kMany; ++id) {
    addReading(id);
  }
  drain.begin(kOptions, now);
  std::map<Instant, int> waves;
  std::set<std::string> retries;
  for (SubscriberId id = 1; id <= kMany; ++id) {
    const Subscriber& subscriber = *registry.find(id);
    EXPECT_EQ(subscriber.closeReason, CloseReason::draining);
    ++waves[subscriber.deadlines.end];
    retries.insert(said(id));
  }
  ASSERT_EQ(waves.size(), 10U);
  Instant wave = now;
  for (const auto& [end, count] : waves) {
    EXPECT_EQ(end, wave);
    EXPECT_EQ(count, 10);
    wave += Millis{900};
  }
  EXPECT_EQ(deadlines.next(), now);
  EXPECT_EQ(retries.size(), kMany) << "each has a time of its own";
  EXPECT_TRUE(retries.contains("retry: 1000\n\n"));
  EXPECT_TRUE(retries.contains("retry: 10900\n\n"));
  EXPECT_EQ(scheduler.takeWakes(), std::vector<OwnerId>{1});
}

TEST_F(DrainTest, theShuffleDecidesWhoGoesFirst) {
  std::set<SubscriberId> firsts;
  for (std::uint64_t shuffle = 0; shuffle < 20; ++shuffle) {
    ChannelPolicies noPolicies;
    StoredChannels nothingStored;
    Registry others(noPolicies, nothingStored);
    Deadlines dues;
    Scheduler owners(sequence);
    for (SubscriberId id = 1; id <= 5; ++id) {
      others.add(test::makeSubscriber(id));
      owners.addSubscriber(1);
    }
    Drain one(others, owners, dues);
    DrainOptions options = kOptions;
    options.shuffle = shuffle;
    one.begin(options, now);
    for (SubscriberId id = 1; id <= 5; ++id) {
      if (others.find(id)->reader().preamble().text() == "retry: 1000\n\n") {
        firsts.insert(id);
      }
    }
  }
  EXPECT_GT(firsts.size(), 2U);
}

TEST_F(DrainTest, listenersAndWhoIsEndingAreLeftAlone) {
  addReading(1, SubscriberKind::listener);
  addReading(2).beginEnding(CloseReason::closed, 0);
  drain.begin(kOptions, now);
  for (const SubscriberId id : {1U, 2U}) {
    EXPECT_EQ(said(id), "");
    EXPECT_EQ(registry.find(id)->deadlines.end, kNever);
  }
  EXPECT_EQ(registry.find(2)->closeReason, CloseReason::closed);
}

TEST_F(DrainTest, whoEndsEarlierAnywayKeepsItsReason) {
  Subscriber& subscriber = addReading(1);
  subscriber.deadlines.end = now - Millis{1};
  drain.begin(kOptions, now);
  EXPECT_EQ(subscriber.deadlines.end, now - Millis{1});
  EXPECT_EQ(subscriber.closeReason, CloseReason::durationCap);
  EXPECT_EQ(said(1), "retry: 1000\n\n") << "it is told all the same";
}

TEST_F(DrainTest, thoseWhoComeMeanwhileComeBackEvenlySpread) {
  drain.begin(kOptions, now);
  std::vector<std::uint32_t> retries;
  retries.reserve(100);
  for (int count = 0; count < 100; ++count) {
    retries.push_back(drain.nextRetry());
  }
  std::sort(retries.begin(), retries.end());
  EXPECT_GE(retries.front(), 1000U);
  EXPECT_LE(retries.back(), 11000U);
  for (std::size_t at = 1; at < retries.size(); ++at) {
    EXPECT_LE(retries[at] - retries[at - 1], 300U) << "evenly";
  }
}

TEST_F(DrainTest, aRetryIsANumberOf32Bits) {
  addReading(1);
  DrainOptions options = kOptions;
  options.retryFrom = Millis{std::int64_t{1} << 40U};
  drain.begin(options, now);
  EXPECT_EQ(said(1), "retry: 4294967295\n\n");
  EXPECT_EQ(drain.nextRetry(), 4294967295U);
}

TEST_F(DrainTest, aRetryIsNotNegative) {
  addReading(1);
  DrainOptions options = kOptions;
  options.retryFrom = Millis{-5};
  drain.begin(options, now);
  EXPECT_EQ(said(1), "retry: 0\n\n");
}

}  // namespace
}  // namespace millrace
