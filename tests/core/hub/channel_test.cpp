#include "core/hub/channel.hpp"

#include "core/hub/part_fixture.hpp"

namespace millrace {
namespace {

class ChannelTest : public test::PartTest {
 protected:
  ChannelClass group{{}};
  Channel channel{"k", group, 0};
};

TEST_F(ChannelTest, aNewOneIsVoidAndAtRest) {
  EXPECT_TRUE(channel.isVoid());
  EXPECT_TRUE(channel.isAtRest());
  EXPECT_EQ(channel.key, "k");
}

TEST_F(ChannelTest, whatItHoldsOrHasLostMakesItMoreThanVoid) {
  append(channel, "x");
  EXPECT_FALSE(channel.isVoid());
  EXPECT_TRUE(channel.isAtRest());
  channel.trimBefore(channel.log.end(), Instant{});
  EXPECT_TRUE(channel.log.isEmpty());
  EXPECT_FALSE(channel.isVoid()) << "clients are to be told of the gap";
}

TEST_F(ChannelTest, whatWasLostBeforeItBeganIsRememberedByWhoMakesIt) {
  const Channel later("l", group, 7);
  EXPECT_EQ(later.log.evictedThrough(), 7U);
  EXPECT_TRUE(later.isVoid());
}

TEST_F(ChannelTest, aMemberMakesItMoreThanVoid) {
  Subscriber& subscriber = add(1);
  Channel& joined = join(subscriber, "l");
  EXPECT_FALSE(joined.isVoid());
  EXPECT_TRUE(joined.isAtRest());
}

TEST_F(ChannelTest, isNotAtRestWhileSomethingIsOnItsWay) {
  channel.inFlight = 1;
  EXPECT_FALSE(channel.isAtRest());
  EXPECT_FALSE(channel.isVoid());
  channel.inFlight = 0;
  channel.isInDeflateQueue = true;
  EXPECT_FALSE(channel.isAtRest());
  EXPECT_FALSE(channel.isVoid());
  channel.isInDeflateQueue = false;
  EXPECT_TRUE(channel.isVoid());
}

TEST_F(ChannelTest, trimsByThePolicyAsItIsNow) {
  group.policy.history.events = 2;
  for (const char* const text : {"1", "2", "3", "4"}) {
    append(channel, text);
  }
  channel.trim(now);
  EXPECT_EQ(channel.log.evictedThrough(), 2U);
  group.policy.history.events = 1;
  channel.trim(now);
  EXPECT_EQ(channel.log.evictedThrough(), 3U);
  channel.trim(now + group.policy.history.ttl);
  EXPECT_EQ(channel.log.evictedThrough(), 3U);
  channel.trim(now + group.policy.history.ttl + Millis{1});
  EXPECT_EQ(channel.log.evictedThrough(), 4U) << "too old";
}

TEST_F(ChannelTest, isHeldUntilTheLatestOfAllTimes) {
  channel.hold(now + Millis{5});
  channel.hold(now + Millis{9});
  channel.hold(now);
  EXPECT_EQ(channel.heldUntil, now + Millis{9});
}

TEST_F(ChannelTest, aMemberKeepsTheRestOfAnEventThatIsEvicted) {
  Subscriber& cut = add(1);
  Subscriber& whole = add(2);
  Channel& joined = join(whole, "l");
  join(cut, "l");
  append(joined, "first");
  append(joined, "second");
  Spans spans;
  cut.reader().gather(now, {}, spans);
  cut.reader().takenUpTo(spans.bytes.front().data() + 2);
  EXPECT_EQ(joined.cutMembers, 1U);

  joined.trimBefore({0}, Instant{});
  EXPECT_EQ(joined.cutMembers, 1U) << "that event is still there";
  joined.trimBefore({1}, Instant{});
  EXPECT_EQ(joined.cutMembers, 0U);
  joined.trimBefore({2}, Instant{});
  Spans rest;
  cut.reader().gather(now, {}, rest);
  EXPECT_TRUE(test::textOf(rest).starts_with("rst")) << test::textOf(rest);
}

}  // namespace
}  // namespace millrace
