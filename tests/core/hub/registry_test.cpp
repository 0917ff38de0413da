#include "core/hub/registry.hpp"

#include "core/hub/part_fixture.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

class RegistryTest : public test::PartTest {
 protected:
  using Ids = std::vector<SubscriberId>;
  using Keys = std::vector<std::string_view>;

  static Ids sorted(Ids ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  Subscriber& addListener(SubscriberId id) { return add(id, 1, {}, SubscriberKind::listener); }
};

// --- subscribers

TEST_F(RegistryTest, findsSubscribersByTheirIds) {
  const Subscriber& first = add(1);
  add(2);
  EXPECT_EQ(registry.find(1), &first);
  EXPECT_EQ(registry.find(3), nullptr);
  EXPECT_EQ(registry.findOpen(1), &first);
  EXPECT_EQ(registry.findOpen(3), nullptr);
  registry.remove(1, now);
  EXPECT_EQ(registry.find(1), nullptr);
  registry.remove(1, now);
  EXPECT_EQ(registry.ids(), Ids{2});
}

TEST_F(RegistryTest, whoIsEndingIsThereButNotOpen) {
  Subscriber& subscriber = add(1);
  subscriber.beginEnding(CloseReason::closed, 0);
  EXPECT_EQ(registry.find(1), &subscriber);
  EXPECT_EQ(registry.findOpen(1), nullptr);
}

TEST_F(RegistryTest, namesSubscribersByOwner) {
  add(1, 7);
  add(2, 8);
  add(3, 7);
  EXPECT_EQ(sorted(registry.idsOf(7)), (Ids{1, 3}));
  EXPECT_EQ(registry.idsOf(9), Ids{});
  EXPECT_EQ(sorted(registry.ids()), (Ids{1, 2, 3}));
}

TEST_F(RegistryTest, listenersAreNoConnections) {
  add(1);
  addListener(2);
  EXPECT_EQ(registry.connections(), 1U);
  registry.remove(2, now);
  EXPECT_EQ(registry.connections(), 1U);
  registry.remove(1, now);
  EXPECT_EQ(registry.connections(), 0U);
}

// --- channels

TEST_F(RegistryTest, makesAChannelOnce) {
  EXPECT_EQ(registry.findChannel("k"), nullptr);
  Channel& channel = registry.channel("k", now);
  EXPECT_EQ(channel.key, "k");
  EXPECT_EQ(channel.lastUse, now);
  EXPECT_EQ(&channel.channelClass(), &policies.of("k"));
  EXPECT_EQ(&registry.channel("k", now + Millis{1}), &channel);
  EXPECT_EQ(channel.lastUse, now + Millis{1});
  EXPECT_EQ(registry.findChannel("k"), &channel);
  EXPECT_EQ(registry.channels(), 1U);
}

TEST_F(RegistryTest, theActiveKeysAreThoseThatConnectionsRead) {
  Subscriber& subscriber = add(1);
  for (const char* const key : {"z", "m", "a", "q", "f"}) {
    join(subscriber, key);
  }
  join(add(2), "a");
  join(addListener(3), "listened");
  registry.channel("empty", now);
  EXPECT_EQ(registry.activeKeys(), (Keys{"a", "f", "m", "q", "z"}));
}

TEST_F(RegistryTest, aConnectionHasJoinedWhileItReadsAtLeastOneChannel) {
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
  Channel& l = join(subscriber, "l");
  join(addListener(2), "k");
  EXPECT_EQ(registry.joinedConnections(), 1U);
  registry.leave(subscriber, k, now);
  EXPECT_EQ(registry.joinedConnections(), 1U);
  registry.leave(subscriber, l, now);
  EXPECT_EQ(registry.joinedConnections(), 0U);
  registry.remove(2, now);
  EXPECT_EQ(registry.joinedConnections(), 0U);
}

TEST_F(RegistryTest, aChannelThatIsVoidGoesWithItsLastMember) {
  Subscriber& first = add(1);
  Subscriber& second = add(2);
  Channel& k = join(first, "k");
  join(second, "k");
  registry.leave(first, k, now);
  EXPECT_EQ(registry.channels(), 1U);
  registry.leave(first, k, now);
  EXPECT_EQ(k.members.size(), 1U) << "it had left before";
  registry.leave(second, k, now);
  EXPECT_EQ(registry.channels(), 0U);
}

TEST_F(RegistryTest, aChannelWithEventsStays) {
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
  append(k, "x");
  registry.leave(subscriber, k, now + Millis{5});
  EXPECT_EQ(registry.findChannel("k"), &k);
  EXPECT_EQ(k.lastUse, now + Millis{5});
}

TEST_F(RegistryTest, aChannelToWhichThePartsReferStays) {
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
  k.isInDeflateQueue = true;
  registry.remove(1, now);
  EXPECT_EQ(registry.findChannel("k"), &k);
}

TEST_F(RegistryTest, aChannelThatIsLeftInAReadIsInFlightUntilTheReadIsOver) {
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
  Channel& l = join(subscriber, "l");
  append(k, "x");
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  EXPECT_EQ(k.inFlight, 1U);
  registry.leave(subscriber, k, now);
  EXPECT_EQ(k.inFlight, 1U);
  EXPECT_EQ(l.inFlight, 1U);
  subscriber.reader().taken();
  EXPECT_EQ(k.inFlight, 0U);
  EXPECT_EQ(l.inFlight, 0U);
}

TEST_F(RegistryTest, aSubscriberThatIsRemovedInAReadLeavesNothingInFlight) {
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
  Channel& l = join(subscriber, "l");
  append(k, "x");
  append(l, "x");
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  registry.leave(subscriber, k, now);
  registry.remove(1, now);
  EXPECT_EQ(k.inFlight, 0U);
  EXPECT_EQ(l.inFlight, 0U);
}

TEST_F(RegistryTest, whoLeavesKeepsTheRestOfAnEventThatWasCut) {
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
  append(k, "0123456789");
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  subscriber.reader().takenUpTo(spans.bytes.front().data() + 4);
  registry.leave(subscriber, k, now);
  EXPECT_EQ(k.cutMembers, 0U);
  Spans rest;
  subscriber.reader().gather(now, {}, rest);
  EXPECT_EQ(test::textOf(rest), "456789");
}

TEST_F(RegistryTest, theLastCompressedMemberTakesTheDeflatedBytesAlong) {
  SubscriberOptions compressed;
  compressed.isCompressed = true;
  Subscriber& first = add(1, 1, compressed);
  Subscriber& second = add(2, 1, compressed);
  Channel& k = join(first, "k");
  join(second, "k");
  join(add(3), "k");
  append(k, "x");
  k.log.addDeflated({"deflated", 1});
  registry.leave(first, k, now);
  EXPECT_EQ(k.log.at({0}).deflated.bytes, "deflated");
  registry.leave(second, k, now);
  EXPECT_EQ(k.log.at({0}).deflated.bytes, "");
}

// --- users

TEST_F(RegistryTest, aSubscriberIsOneUsersAndCountsOnce) {
  Subscriber& first = add(1);
  registry.assignUser(first, "");
  EXPECT_EQ(first.userId, nullptr);
  registry.assignUser(first, "ann");
  registry.assignUser(first, "ann");
  registry.assignUser(first, "bob");
  EXPECT_EQ(registry.subscribersOfUser("ann"), 1U);
  EXPECT_EQ(registry.subscribersOfUser("bob"), 0U);
  registry.assignUser(add(2), "ann");
  EXPECT_EQ(registry.subscribersOfUser("ann"), 2U);
  registry.remove(1, now);
  EXPECT_EQ(registry.subscribersOfUser("ann"), 1U);
  registry.remove(2, now);
  EXPECT_EQ(registry.subscribersOfUser("ann"), 0U);
}

// --- the sweep

class RegistrySweep : public RegistryTest {
 protected:
  static constexpr Millis kIdle{1000};
  static constexpr Millis kTtl{300};
  RegistrySweep() {
    policies.rest().policy.history.ttl = kTtl;
    policies.rest().policy.channelTtl = kIdle;
  }
};

TEST_F(RegistrySweep, trimsByAge) {
  Channel& k = join(add(1), "k");
  append(k, "old");
  now += kTtl;
  append(k, "new");
  registry.sweep(now);
  EXPECT_EQ(k.log.evictedThrough(), 0U);
  registry.sweep(now + Millis{1});
  EXPECT_EQ(k.log.evictedThrough(), 1U);
  EXPECT_FALSE(k.log.isEmpty());
}

TEST_F(RegistrySweep, removesAChannelThatNobodyUsesForLong) {
  policies.rest().policy.history.ttl = kIdle * 5;
  append(registry.channel("k", now), "x");
  registry.sweep(now + kIdle - Millis{1});
  EXPECT_EQ(registry.channels(), 1U);
  registry.sweep(now + kIdle);
  EXPECT_EQ(registry.channels(), 0U);
}

TEST_F(RegistrySweep, removesAnEmptyChannelOnceNobodyMayMissItsEvents) {
  registry.channel("k", now);
  registry.sweep(now + kTtl - Millis{1});
  EXPECT_EQ(registry.channels(), 1U);
  registry.sweep(now + kTtl);
  EXPECT_EQ(registry.channels(), 0U);
}

TEST_F(RegistrySweep, forRoomAnEmptyChannelGoesAtOnceAndOneWithEventsDoesNot) {
  registry.channel("empty", now);
  append(registry.channel("k", now), "x");
  registry.sweepForRoom(now);
  EXPECT_EQ(registry.findChannel("empty"), nullptr);
  EXPECT_NE(registry.findChannel("k"), nullptr);
}

TEST_F(RegistrySweep, aChannelWithAMemberStays) {
  join(add(1), "k");
  registry.sweep(now + kIdle * 9);
  registry.sweepForRoom(now + kIdle * 9);
  EXPECT_EQ(registry.channels(), 1U);
}

TEST_F(RegistrySweep, aChannelToWhichThePartsReferIsLeftAlone) {
  Channel& k = registry.channel("k", now);
  append(k, "x");
  k.inFlight = 1;
  registry.sweepForRoom(now + kIdle * 9);
  EXPECT_EQ(registry.findChannel("k"), &k);
  EXPECT_EQ(k.log.evictedThrough(), 0U) << "it is not even trimmed";
}

TEST_F(RegistrySweep, channelsThatAreMadeLaterMayHaveLostWhatRemovedOnesHad) {
  append(registry.channel("k", now), "1");
  append(registry.channel("k", now), "2");
  append(registry.channel("l", now), "3");
  EXPECT_EQ(registry.channel("m", now).lostBefore, 0U);
  registry.findChannel("k")->trimBefore({1}, Instant{});
  registry.findChannel("l")->lastUse = now + kIdle;
  policies.rest().policy.history.ttl = kIdle * 5;
  registry.sweep(now + kIdle);
  EXPECT_EQ(registry.channels(), 1U);
  EXPECT_EQ(registry.channel("k", now).lostBefore, 2U) << "its last event, which was still there";
  EXPECT_EQ(registry.channel("n", now).log.evictedThrough(), 2U);
  registry.sweep(now + kIdle * 9);
  EXPECT_EQ(registry.channel("k", now).lostBefore, 3U);
}

}  // namespace
}  // namespace millrace
