#include "core/hub/inbox.hpp"

#include "core/hub/part_fixture.hpp"

#include <string>

namespace millrace {
namespace {

// Two channels of a subscriber each, of different owners. A history keeps nothing that was offered.
class InboxTest : public test::PartTest {
 protected:
  InboxTest() {
    policies.rest().policy.history.events = 0;
    options.inboxBytes = 1000;
    scheduler.addSubscriber(1);
    scheduler.addSubscriber(2);
  }

  void publish(Channel& channel, std::size_t bytes) {
    append(channel, std::string(bytes, 'x'));
    inbox.add(channel, bytes);
    scheduler.noteAppended(channel, sequence.newest(), now);
  }
  void turn(OwnerId owner) {
    Turn turn;
    scheduler.beginTurn(owner);
    while (scheduler.collect(owner, 10, registry, now, turn)) {
    }
    static_cast<void>(scheduler.endTurn(owner, now));
  }

  HubOptions options;
  Scheduler scheduler{sequence};
  Inbox inbox{scheduler, options};
  Channel& k = join(add(1, 1), "k");
  Channel& l = join(add(2, 2), "l");
};

TEST_F(InboxTest, isEmptyAtFirst) {
  EXPECT_EQ(inbox.bytes(), 0U);
  EXPECT_TRUE(k.inbox.isNone());
  inbox.trim(now);
  inbox.clearOwn(1);
  EXPECT_EQ(inbox.bytes(), 0U);
}

TEST_F(InboxTest, hasRoomUpToItsLimit) {
  EXPECT_TRUE(inbox.hasRoomFor(1000, now));
  EXPECT_FALSE(inbox.hasRoomFor(1001, now));
  publish(k, 400);
  inbox.addOwn(1, 100);
  EXPECT_TRUE(inbox.hasRoomFor(500, now));
  EXPECT_FALSE(inbox.hasRoomFor(501, now));
}

TEST_F(InboxTest, whatWasOfferedToAllOwnersIsNotInItAnyMore) {
  publish(k, 10);
  publish(l, 20);
  publish(k, 30);
  EXPECT_EQ(inbox.bytes(), 60U);
  EXPECT_FALSE(k.inbox.isNone());
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 60U) << "no owner has looked";
  EXPECT_FALSE(k.log.isEmpty()) << "so nothing is evicted";
  turn(1);
  EXPECT_EQ(inbox.bytes(), 60U);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 20U);
  EXPECT_TRUE(k.log.isEmpty());
  EXPECT_TRUE(k.inbox.isNone());
  EXPECT_FALSE(l.inbox.isNone());
  turn(2);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 0U);
  EXPECT_TRUE(l.inbox.isNone());
}

TEST_F(InboxTest, whatCameDuringATurnStays) {
  Turn found;
  publish(k, 10);
  scheduler.beginTurn(1);
  publish(k, 7);
  while (scheduler.collect(1, 10, registry, now, found)) {
  }
  static_cast<void>(scheduler.endTurn(1, now));
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 7U);
  EXPECT_EQ(k.log.memory().bytes, 7U);
  turn(1);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 0U);
}

TEST_F(InboxTest, allOwnersOfAChannelAreWaitedFor) {
  join(*registry.find(2), "k");
  publish(k, 10);
  turn(1);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 10U);
  turn(2);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 0U);
}

// What was published before anybody read the channel waits for nobody, although the owner has yet to look.
TEST_F(InboxTest, onlyWhatWasAddedCounts) {
  publish(k, 10);
  Channel& m = registry.channel("m", now);
  append(m, "published to nobody");
  join(*registry.find(1), "m");
  publish(m, 5);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 15U);
  turn(1);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 0U);
}

TEST_F(InboxTest, theHistoryKeepsWhatWasOffered) {
  policies.rest().policy.history.events = 1;
  publish(k, 10);
  publish(k, 20);
  turn(1);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 0U);
  EXPECT_EQ(k.log.memory().bytes, 20U);
}

TEST_F(InboxTest, roomIsMadeByWhatWasOfferedMeanwhile) {
  publish(k, 900);
  EXPECT_FALSE(inbox.hasRoomFor(200, now));
  turn(1);
  EXPECT_TRUE(inbox.hasRoomFor(200, now));
  EXPECT_EQ(inbox.bytes(), 0U);
}

// --- what is held

TEST_F(InboxTest, aChannelIsHeldUntilItsTimeIsOver) {
  publish(k, 10);
  k.hold(now + Millis{5});
  turn(1);
  inbox.trim(now + Millis{4});
  EXPECT_EQ(inbox.bytes(), 10U);
  EXPECT_EQ(k.log.memory().bytes, 10U);
  inbox.trim(now + Millis{5});
  EXPECT_EQ(inbox.bytes(), 0U);
}

TEST_F(InboxTest, whatIsOnItsWayIsHeld) {
  publish(k, 10);
  turn(1);
  k.inFlight = 1;
  inbox.trim(now);
  EXPECT_EQ(k.log.memory().bytes, 10U);
  k.inFlight = 0;
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 0U);
}

TEST_F(InboxTest, beyondHalfNothingIsHeld) {
  publish(k, 500);
  turn(1);
  k.hold(now + Millis{5});
  k.inFlight = 1;
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 500U) << "half is not more than half";
  inbox.addOwn(2, 1);
  inbox.trim(now);
  EXPECT_EQ(inbox.bytes(), 1U);
  EXPECT_TRUE(k.log.isEmpty());
  k.inFlight = 0;
}

// --- late owners

TEST_F(InboxTest, beyondHalfALateOwnerIsNotWaitedFor) {
  const Millis late{1000};
  publish(k, 400);
  inbox.addOwn(1, 100);
  inbox.trim(now + late);
  EXPECT_EQ(inbox.bytes(), 500U) << "there is room for it yet";
  inbox.addOwn(2, 1);
  inbox.trim(now + late - Millis{1});
  EXPECT_EQ(inbox.bytes(), 501U) << "it is not late yet";
  inbox.trim(now + late);
  EXPECT_EQ(inbox.bytes(), 401U) << "its own events go first, and that is enough";
  publish(k, 200);
  inbox.trim(now + late);
  EXPECT_EQ(inbox.bytes(), 1U) << "the other owner's event stays";
  EXPECT_TRUE(k.log.isEmpty());
}

TEST_F(InboxTest, aTrustedOwnerIsAlwaysWaitedFor) {
  scheduler.trust(1);
  publish(k, 900);
  inbox.trim(now + Millis{100000});
  EXPECT_EQ(inbox.bytes(), 900U);
}

// --- own events

TEST_F(InboxTest, ownEventsAreTheOwnersUntilItHadATurn) {
  inbox.addOwn(1, 10);
  inbox.addOwn(2, 20);
  inbox.addOwn(1, 30);
  EXPECT_EQ(inbox.bytes(), 60U);
  inbox.clearOwn(1);
  EXPECT_EQ(inbox.bytes(), 20U);
  inbox.clearOwn(1);
  inbox.clearOwn(3);
  EXPECT_EQ(inbox.bytes(), 20U);
  inbox.clearOwn(2);
  EXPECT_EQ(inbox.bytes(), 0U);
}

// Whatever happens, in the end nothing is left.
TEST_F(InboxTest, accountsForEveryByte) {
  options.inboxBytes = 100000;
  join(*registry.find(2), "k");
  std::uint32_t random = 1;
  const auto next = [&random](std::uint32_t below) {
    random = random * 1664525U + 1013904223U;
    return (random >> 16U) % below;
  };
  for (int step = 0; step < 2000; ++step) {
    switch (next(6)) {
      case 0:
      case 1:
        publish(next(2) == 0 ? k : l, 1 + next(50));
        break;
      case 2:
        inbox.addOwn(1 + next(2), 1 + next(50));
        break;
      case 3: {
        const OwnerId owner = 1 + next(2);
        turn(owner);
        inbox.clearOwn(owner);
        break;
      }
      case 4:
        policies.rest().policy.history.events = next(5);
        inbox.trim(now);
        break;
      default:
        (next(2) == 0 ? k : l).hold(now + Millis{next(50)});
        now += Millis{next(20)};
        break;
    }
    ASSERT_LT(inbox.bytes(), options.inboxBytes);
  }
  for (const OwnerId owner : {1U, 2U}) {
    turn(owner);
    inbox.clearOwn(owner);
  }
  inbox.trim(now + Millis{50});
  EXPECT_EQ(inbox.bytes(), 0U);
  EXPECT_TRUE(k.inbox.isNone());
  EXPECT_TRUE(l.inbox.isNone());
}

}  // namespace
}  // namespace millrace
