#include "core/hub/lag_judge.hpp"

#include "core/hub/part_fixture.hpp"

#include <ostream>
#include <string>

namespace millrace {
namespace {

enum class Fate : std::uint8_t { stays, isClosed, losesTheOldest };

void PrintTo(Fate fate, std::ostream* out) {
  *out << (fate == Fate::stays ? "stays" : fate == Fate::isClosed ? "is closed" : "loses the oldest");
}

// Connections to "k" that were told of its events and have not taken them.
class LagJudgeTest : public test::PartTest {
 protected:
  static constexpr Millis kGrace{1000};
  static constexpr Millis kStall{30000};

  LagJudgeTest() { options.lagGrace = kGrace; }

  static SubscriberOptions limited(std::size_t events, Overflow overflow = Overflow::disconnect) {
    SubscriberOptions limits;
    limits.lag.events = events;
    limits.lag.overflow = overflow;
    limits.lag.stall = kStall;
    return limits;
  }
  Subscriber& addBehind(const SubscriberOptions& limits, SubscriberStage stage = SubscriberStage::live) {
    scheduler.addSubscriber(1);
    Subscriber& subscriber = add(++lastId, 1, limits);
    join(subscriber, "k");
    if (stage != SubscriberStage::unread) {
      subscriber.noteRead(stage == SubscriberStage::live);
    }
    subscriber.offer.make();
    return subscriber;
  }
  void publish(std::size_t events) {
    for (std::size_t count = 0; count < events; ++count) {
      append(k, "0123456789");
    }
  }
  // What becomes of it in a turn at whose end it is behind.
  Fate turn(Subscriber& subscriber) {
    judge.noteBehind(subscriber, now);
    judge.judge(subscriber, now);
    return fateOf(subscriber);
  }
  static Fate fateOf(Subscriber& subscriber) {
    if (subscriber.isEnding()) {
      EXPECT_EQ(subscriber.closeReason, CloseReason::lagging);
      return Fate::isClosed;
    }
    return subscriber.reader().preamble().hasText() ? Fate::losesTheOldest : Fate::stays;
  }

  HubOptions options;
  Scheduler scheduler{sequence};
  Deadlines deadlines;
  Endings endings{sequence, scheduler, deadlines, options};
  LagJudge judge{endings, deadlines, options};
  SubscriberId lastId = 0;
  Channel& k = registry.channel("k", now);
};

// A limit of ten events or a hundred bytes, in a history of a hundred events.
TEST_F(LagJudgeTest, decidesAsTheTableSays) {
  using enum Fate;
  using enum Overflow;
  constexpr struct {
    Millis behindFor;
    std::size_t events;
    bool isEvicted;
    Overflow overflow;
    Fate fate;
  } kTable[] = {
      {Millis{0}, 11, false, disconnect, stays},
      {Millis{0}, 11, false, dropOldest, stays},
      {kGrace - Millis{1}, 11, false, disconnect, stays},
      {kGrace - Millis{1}, 90, false, disconnect, stays},
      {kGrace - Millis{1}, 90, false, dropOldest, stays},
      {kGrace, 10, false, disconnect, stays},
      {kGrace, 10, false, dropOldest, stays},
      {kGrace, 11, false, disconnect, isClosed},
      {kGrace, 11, false, dropOldest, losesTheOldest},
      {kGrace * 9, 10, false, disconnect, stays},
      {kGrace * 9, 11, false, disconnect, isClosed},
      {Millis{0}, 1, true, disconnect, isClosed},
      {Millis{0}, 1, true, dropOldest, losesTheOldest},
      {kGrace, 1, true, disconnect, isClosed},
      {kGrace, 1, true, dropOldest, losesTheOldest},
  };
  policies.rest().policy.history.events = 100;
  for (const auto& row : kTable) {
    for (const bool isByEvents : {true, false}) {
      SCOPED_TRACE(std::to_string(&row - kTable) + (isByEvents ? " by events" : " by bytes"));
      SubscriberOptions limits = limited(isByEvents ? 10 : 1000, row.overflow);
      limits.lag.bytes = isByEvents ? 10000 : 100;
      Subscriber& subscriber = addBehind(limits);
      publish(row.events + (row.isEvicted ? 1 : 0));
      if (row.isEvicted) {
        k.trimBefore({k.log.end().next - row.events}, Instant{});
      }
      judge.noteBehind(subscriber, now);
      now += row.behindFor;
      EXPECT_EQ(turn(subscriber), row.fate);
      if (row.fate == losesTheOldest) {
        EXPECT_EQ(subscriber.reader().lag().events, std::min<std::size_t>(row.events, 10));
        EXPECT_FALSE(subscriber.reader().isEvicted());
      }
      deadlines.forget(subscriber);
      registry.remove(subscriber.id(), now);
    }
  }
}

TEST_F(LagJudgeTest, halfOfAHistoryIsLeftToWhoIsDisconnected) {
  constexpr struct {
    std::size_t history;
    std::size_t events;
    Overflow overflow;
    Fate fate;
  } kTable[] = {
      {10, 5, Overflow::disconnect, Fate::stays}, {10, 6, Overflow::disconnect, Fate::isClosed},
      {11, 6, Overflow::disconnect, Fate::stays}, {11, 7, Overflow::disconnect, Fate::isClosed},
      {10, 9, Overflow::dropOldest, Fate::stays},
  };
  for (const auto& row : kTable) {
    for (const bool isByEvents : {true, false}) {
      if (!isByEvents && row.history % 2 != 0) {
        continue;  // half of so many bytes is no whole event
      }
      SCOPED_TRACE(std::to_string(&row - kTable) + (isByEvents ? " by events" : " by bytes"));
      policies.rest().policy.history = {};
      (isByEvents ? policies.rest().policy.history.events : policies.rest().policy.history.bytes) =
          row.history * (isByEvents ? 1 : 10);
      Subscriber& subscriber = addBehind(limited(1000, row.overflow));
      publish(row.events);
      EXPECT_EQ(turn(subscriber), Fate::stays) << "it has its time yet";
      now += kGrace;
      EXPECT_EQ(turn(subscriber), row.fate);
      deadlines.forget(subscriber);
      registry.remove(subscriber.id(), now);
    }
  }
}

TEST_F(LagJudgeTest, whoCatchesUpForTheFirstTimeHasTenTimesAsLong) {
  Subscriber& subscriber = addBehind(limited(10), SubscriberStage::catchingUp);
  publish(11);
  EXPECT_EQ(turn(subscriber), Fate::stays);
  EXPECT_EQ(subscriber.deadlines.catchUp, now + kGrace * 10);
  now += kGrace * 10 - Millis{1};
  EXPECT_EQ(turn(subscriber), Fate::stays);
  now += Millis{1};
  EXPECT_EQ(turn(subscriber), Fate::isClosed);
}

TEST_F(LagJudgeTest, andAgainWithEachByteThatItTakes) {
  Subscriber& catchingUp = addBehind(limited(10), SubscriberStage::catchingUp);
  Subscriber& live = addBehind(limited(10));
  publish(11);
  for (Subscriber* const one : {&catchingUp, &live}) {
    EXPECT_EQ(turn(*one), Fate::stays);
  }
  const Instant until = live.deadlines.catchUp;
  now += Millis{1};
  for (Subscriber* const one : {&catchingUp, &live}) {
    LagJudge::notePartialProgress(*one);
    EXPECT_TRUE(one->hasProgressed);
    EXPECT_EQ(one->deadlines.stall, kNever);
    judge.noteBehind(*one, now);
  }
  EXPECT_EQ(catchingUp.deadlines.catchUp, now + kGrace * 10);
  EXPECT_EQ(live.deadlines.catchUp, until) << "who is live has to catch up with all of it";
}

TEST_F(LagJudgeTest, whoHasTakenAllHasItsTimeAnew) {
  Subscriber& subscriber = addBehind(limited(10));
  publish(11);
  judge.noteBehind(subscriber, now);
  now += kGrace;
  judge.noteBehind(subscriber, now);
  EXPECT_EQ(subscriber.pace, Pace::slow);
  LagJudge::noteProgress(subscriber);
  EXPECT_EQ(subscriber.pace, Pace::inTime);
  EXPECT_EQ(subscriber.deadlines.next(), kNever);
  EXPECT_EQ(turn(subscriber), Fate::stays);
  EXPECT_EQ(subscriber.deadlines.catchUp, now + kGrace);
}

TEST_F(LagJudgeTest, whoIsSlowStaysSlowUntilItHasTakenAll) {
  Subscriber& subscriber = addBehind(limited(10));
  publish(1);
  judge.noteBehind(subscriber, now);
  now += kGrace;
  EXPECT_EQ(turn(subscriber), Fate::stays);
  EXPECT_EQ(subscriber.pace, Pace::slow);
  k.heldUntil = Instant{};
  EXPECT_EQ(turn(subscriber), Fate::stays);
  EXPECT_EQ(subscriber.deadlines.catchUp, kNever) << "it has no time any more";
  EXPECT_EQ(k.heldUntil, Instant{});
  publish(10);
  EXPECT_EQ(turn(subscriber), Fate::isClosed) << "its lag counts at once";
}

TEST_F(LagJudgeTest, itsChannelsAreHeldWhileItHasTime) {
  Subscriber& subscriber = addBehind(limited(10));
  publish(1);
  judge.noteBehind(subscriber, now);
  EXPECT_EQ(k.heldUntil, now + kGrace);
  EXPECT_EQ(deadlines.next(), now + kGrace);
  judge.noteBehind(subscriber, now + Millis{1});
  EXPECT_EQ(k.heldUntil, now + kGrace);
}

TEST_F(LagJudgeTest, whenItsTimeIsOverItIsJudgedIfItIsStillBehind) {
  Subscriber& caughtUp = addBehind(limited(10));
  Subscriber& behind = addBehind(limited(10));
  publish(11);
  for (Subscriber* const one : {&caughtUp, &behind}) {
    judge.noteBehind(*one, now);
  }
  caughtUp.offer.answer(false);
  now += kGrace;
  for (Subscriber* const one : {&caughtUp, &behind}) {
    judge.runCatchUp(*one, now);
    EXPECT_EQ(one->deadlines.catchUp, kNever);
  }
  EXPECT_EQ(fateOf(caughtUp), Fate::stays);
  EXPECT_EQ(fateOf(behind), Fate::isClosed);
}

// --- who takes nothing

TEST_F(LagJudgeTest, whoTakesNothingForTooLongIsClosedWhateverItsLag) {
  Subscriber& subscriber = addBehind(limited(1000, Overflow::dropOldest));
  publish(1);
  judge.noteBehind(subscriber, now);
  EXPECT_EQ(subscriber.deadlines.stall, now + kStall);
  judge.noteBehind(subscriber, now + Millis{5});
  EXPECT_EQ(subscriber.deadlines.stall, now + kStall);
  LagJudge::notePartialProgress(subscriber);
  judge.noteBehind(subscriber, now + Millis{5});
  EXPECT_EQ(subscriber.deadlines.stall, now + Millis{5} + kStall);
  judge.runStall(subscriber, now + Millis{5} + kStall);
  EXPECT_EQ(fateOf(subscriber), Fate::isClosed);
}

TEST_F(LagJudgeTest, whoHasTakenAllMeanwhileDoesNotStall) {
  Subscriber& subscriber = addBehind(limited(1000));
  subscriber.offer.answer(false);
  subscriber.deadlines.stall = now;
  judge.runStall(subscriber, now);
  EXPECT_EQ(fateOf(subscriber), Fate::stays);
  EXPECT_EQ(subscriber.deadlines.stall, kNever);
}

// --- who is not judged so

TEST_F(LagJudgeTest, whomNobodyReadsYetIsNotSlow) {
  Subscriber& subscriber = addBehind(limited(10), SubscriberStage::unread);
  publish(500);
  EXPECT_EQ(turn(subscriber), Fate::stays);
  EXPECT_EQ(subscriber.deadlines.next(), kNever);
  k.trimBefore(k.log.end(), now);
  EXPECT_EQ(turn(subscriber), Fate::stays);
}

TEST_F(LagJudgeTest, whomNobodyReadsYetHasALimitOfItsOwnBytes) {
  options.history.bytes = 20;
  Subscriber& subscriber = addBehind(limited(10), SubscriberStage::unread);
  subscriber.reader().own().append(test::entryOf(sequence.advance(), std::string(20, 'x')));
  EXPECT_EQ(turn(subscriber), Fate::stays);
  subscriber.reader().own().append(test::entryOf(sequence.advance(), "x"));
  EXPECT_EQ(turn(subscriber), Fate::isClosed);
}

TEST_F(LagJudgeTest, whoIsEndingHasTheTimeOfItsEnd) {
  Subscriber& subscriber = addBehind(limited(10));
  publish(1);
  endings.begin(subscriber, CloseReason::closed, now);
  k.heldUntil = Instant{};
  judge.noteBehind(subscriber, now);
  EXPECT_EQ(k.heldUntil, now + options.flushFor);
  EXPECT_EQ(subscriber.deadlines.catchUp, kNever);
  EXPECT_EQ(subscriber.deadlines.stall, kNever);
  judge.runStall(subscriber, now);
  EXPECT_EQ(subscriber.closeReason, CloseReason::closed);
}

}  // namespace
}  // namespace millrace
