#include "core/hub/sweeper.hpp"

#include "core/hub/part_fixture.hpp"

namespace millrace {
namespace {

class SweeperTest : public test::PartTest {
 protected:
  SweeperTest() {
    options.channels = 2;
    options.sweepEvery = Millis{100};
    options.channelTtl = Millis{1000};
    policies.rest().policy.history.ttl = Millis{300};
  }

  HubOptions options;
  DeflateQueue deflates{registry, sequence};
  Sweeper sweeper{registry, deflates, options};
};

TEST_F(SweeperTest, isNotDueUntilAChannelIsUsed) {
  EXPECT_EQ(sweeper.next(), kNever);
  sweeper.noteUse(now);
  EXPECT_EQ(sweeper.next(), now + Millis{100});
  sweeper.noteUse(now + Millis{50});
  EXPECT_EQ(sweeper.next(), now + Millis{100}) << "later uses do not put it off";
}

TEST_F(SweeperTest, sweepsWhenItIsDue) {
  registry.channel("k", now - Millis{1000});
  sweeper.noteUse(now);
  sweeper.runDue(now + Millis{99});
  EXPECT_EQ(registry.channels(), 1U);
  EXPECT_EQ(sweeper.next(), now + Millis{100});
  sweeper.runDue(now + Millis{100});
  EXPECT_EQ(registry.channels(), 0U);
  EXPECT_EQ(sweeper.next(), kNever) << "there is nothing left to sweep";
}

TEST_F(SweeperTest, comesBackWhileThereAreChannels) {
  Channel& k = registry.channel("k", now);
  append(k, "x");
  sweeper.noteUse(now);
  now += Millis{100};
  sweeper.runDue(now);
  EXPECT_EQ(sweeper.next(), now + Millis{100});
  now += Millis{900};
  sweeper.runDue(now);
  EXPECT_EQ(registry.channels(), 0U) << "its events are too old, and nobody has used it";
}

TEST_F(SweeperTest, letsGoOfChannelsWithNothingToDeflate) {
  SubscriberOptions compressed;
  compressed.isCompressed = true;
  Channel& k = join(add(1, 1, compressed), "k");
  append(k, "x");
  deflates.add(k);
  registry.remove(1, now);
  k.trimBefore(k.log.end(), Instant{});
  sweeper.noteUse(now);
  sweeper.runDue(now + Millis{1000});
  EXPECT_TRUE(deflates.isEmpty());
  EXPECT_EQ(registry.channels(), 0U);
}

TEST_F(SweeperTest, hasRoomUpToTheLimit) {
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::there);
  append(registry.channel("k", now), "x");
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::there);
  append(registry.channel("l", now), "x");
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::hubFull);
}

TEST_F(SweeperTest, emptyChannelsMakeRoomAtOnce) {
  registry.channel("k", now);
  registry.channel("l", now);
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::there);
  EXPECT_EQ(registry.channels(), 0U);
}

TEST_F(SweeperTest, aFullHubLooksForRoomAtOnceButNotAllTheTime) {
  append(registry.channel("k", now), "x");
  append(registry.channel("l", now + Millis{200}), "x");
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::hubFull);
  now += Millis{999};
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::hubFull) << "it has looked a moment ago";
  EXPECT_EQ(registry.channels(), 2U);
  now += Millis{1};
  EXPECT_EQ(sweeper.roomForChannel(policies.rest(), now), ChannelRoom::there) << "what is too old has gone";
}

}  // namespace
}  // namespace millrace
