#include "core/hub/link_pace.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class LinkPaceTest : public ::testing::Test {
 protected:
  static Millis seconds(int count) { return Millis(count * 1000); }
  static LinkState idle() {
    LinkState link;
    link.roundTrip = Millis(20);
    link.variation = Millis(5);
    return link;
  }
  // Nothing was acknowledged of what was sent so long ago.
  static LinkState silent(Millis since) {
    LinkState link = idle();
    link.unacknowledged = 1;
    link.sinceAcknowledgement = since;
    return link;
  }

  // What the heartbeats do when their deadline has come.
  LinkHealth run(const LinkState& link) {
    const LinkHealth health = pace.look(link, now);
    if (health != LinkHealth::dead && pace.isDue(now)) {
      pace.beat(now);
      ++beats;
    }
    return health;
  }
  void runUntil(Instant end, const LinkState& link) {
    while (pace.next(now) <= end) {
      now = pace.next(now);
      EXPECT_NE(run(link), LinkHealth::dead);
    }
    now = end;
  }

  Instant now{Millis(100000)};
  LinkPace pace{{seconds(5), seconds(45)}, seconds(15), now};
  int beats = 0;
};

TEST_F(LinkPaceTest, aHealthyLinkGetsEverFewerHeartbeats) {
  const Instant begin = now;
  EXPECT_EQ(run(idle()), LinkHealth::healthy);
  EXPECT_EQ(pace.interval(), Millis(22500));
  runUntil(begin + seconds(600), idle());
  EXPECT_EQ(pace.interval(), seconds(45));
  EXPECT_LE(beats, 16) << "40 with the usual interval";
  EXPECT_GE(beats, 14);
}

TEST_F(LinkPaceTest, itLooksOnceAtWhetherTheLinkHasTakenAHeartbeat) {
  static_cast<void>(run(idle()));
  EXPECT_EQ(pace.next(now), now + seconds(5));
  now += seconds(5);
  static_cast<void>(run(idle()));
  EXPECT_EQ(beats, 1);
  EXPECT_EQ(pace.next(now), now + Millis(17500)) << "and then it is the heartbeat's time";
}

TEST_F(LinkPaceTest, aLinkInTroubleGetsTheShortestInterval) {
  const auto troubled = [this](auto&& spoil) {
    LinkPace one({seconds(5), seconds(45)}, seconds(15), now);
    LinkState link = idle();
    spoil(link);
    const LinkHealth health = one.look(link, now);
    EXPECT_EQ(one.nextInterval() == seconds(5), health == LinkHealth::troubled);
    return health == LinkHealth::troubled;
  };
  EXPECT_TRUE(troubled([](LinkState& link) { link.unanswered = 1; }));
  EXPECT_TRUE(troubled([](LinkState& link) { link.retransmitted = 2; }));
  EXPECT_FALSE(troubled([](LinkState& link) { link.retransmitted = 1; })) << "that happens";
  EXPECT_TRUE(troubled([](LinkState& link) {
    link.unacknowledged = 3;
    link.sinceAcknowledgement = Millis(2500);
  }));
  EXPECT_FALSE(troubled([](LinkState& link) { link.sinceAcknowledgement = seconds(1000); })) << "it had nothing to say";
  EXPECT_FALSE(troubled([](LinkState& link) { link.unacknowledged = 100; })) << "it is just being sent";
  EXPECT_TRUE(troubled([](LinkState& link) { link.variation = Millis(300); }));
  EXPECT_FALSE(troubled([](LinkState& link) { link.roundTrip = link.variation = Millis(900); })) << "far away";
}

TEST_F(LinkPaceTest, onlyWhatWasSentAgainSinceTheLastLookIsTrouble) {
  LinkState link = idle();
  link.retransmitted = 50;
  EXPECT_EQ(run(link), LinkHealth::troubled);
  now += seconds(5);
  EXPECT_EQ(run(link), LinkHealth::healthy);
  EXPECT_GT(pace.interval(), seconds(5)) << "and the interval grows again";
}

TEST_F(LinkPaceTest, aDeadLinkIsFoundWithinTwoShortIntervalsOfWhatItDidNotTake) {
  static_cast<void>(run(idle()));
  runUntil(now + seconds(300), idle());
  now = pace.next(now);
  while (!pace.isDue(now)) {
    static_cast<void>(run(idle()));
    now = pace.next(now);
  }
  static_cast<void>(run(idle()));
  const Instant lastSent = now;
  const int before = beats;
  LinkHealth health = LinkHealth::healthy;
  while (health != LinkHealth::dead && now < lastSent + seconds(60)) {
    now = pace.next(now);
    // The last acknowledgement may be of long before: the connection was idle.
    health = run(silent(now - lastSent + seconds(40)));
  }
  EXPECT_EQ(health, LinkHealth::dead);
  EXPECT_EQ(now, lastSent + seconds(10));
  EXPECT_EQ(beats, before + 1) << "one more was tried";
}

TEST_F(LinkPaceTest, whoAcknowledgesNowAndThenIsNotDead) {
  for (int round = 0; round < 100; ++round, now += seconds(5)) {
    EXPECT_EQ(run(silent(seconds(4))), LinkHealth::troubled);
  }
}

TEST_F(LinkPaceTest, whatIsOnItsWayAtALookAfterALongQuietIsNotOld) {
  static_cast<void>(run(idle()));
  runUntil(now + seconds(200), idle());
  now = pace.next(now);
  while (!pace.isDue(now)) {
    static_cast<void>(run(idle()));
    now = pace.next(now);
  }
  // An event was sent within the round trip; the acknowledgement before it is of the last heartbeat.
  EXPECT_EQ(run(silent(seconds(45))), LinkHealth::troubled);
  now = pace.next(now);
  EXPECT_EQ(run(idle()), LinkHealth::healthy) << "it was acknowledged";
}

TEST_F(LinkPaceTest, aLinkThatTakesEverythingButIsAlwaysBusyIsNotDead) {
  for (int look = 0; look < 100; ++look, now += seconds(5)) {
    LinkState link = silent(Millis(30));
    EXPECT_NE(run(link), LinkHealth::dead);
  }
}

TEST_F(LinkPaceTest, whatWasOnItsWayAtEachLookIsNotTheSame) {
  static_cast<void>(run(idle()));
  for (int round = 0; round < 20; ++round) {
    now = pace.next(now);
    // The event of the look before was acknowledged soon after it, and another one has just been sent.
    EXPECT_NE(pace.look(silent(pace.interval() - Millis(50)), now), LinkHealth::dead) << round;
    if (pace.isDue(now)) {
      pace.skip(now);  // there are events
    }
  }
}

TEST_F(LinkPaceTest, whatWasNeverSeenOnItsWayCountsFromTheFirstLookThatSeesIt) {
  static_cast<void>(run(idle()));
  now += seconds(5);
  static_cast<void>(run(idle()));
  now = pace.next(now);
  EXPECT_EQ(run(silent(seconds(20))), LinkHealth::troubled) << "an event, sent since the last look";
  now += seconds(5);
  EXPECT_EQ(run(silent(seconds(25))), LinkHealth::troubled);
  now += seconds(5);
  EXPECT_EQ(run(silent(seconds(30))), LinkHealth::dead);
}

TEST_F(LinkPaceTest, aHeartbeatThatNobodyNeededLeavesTheIntervalThatTheClientKnows) {
  static_cast<void>(run(idle()));
  ASSERT_EQ(pace.interval(), Millis(22500));
  for (int round = 0; round < 5; ++round) {
    now += Millis(22500);
    static_cast<void>(pace.look(idle(), now));
    ASSERT_TRUE(pace.isDue(now));
    pace.skip(now);
    EXPECT_EQ(pace.next(now), now + Millis(22500));
  }
  now += Millis(22500);
  static_cast<void>(run(idle()));
  EXPECT_EQ(pace.interval(), Millis(33750)) << "the next that is written tells of a longer one";
}

TEST_F(LinkPaceTest, itIsAwaitedUntilItWasLookedAt) {
  EXPECT_FALSE(pace.isAwaited());
  pace.await();
  EXPECT_TRUE(pace.isAwaited());
  static_cast<void>(run(idle()));
  EXPECT_FALSE(pace.isAwaited());
}

}  // namespace
}  // namespace millrace
