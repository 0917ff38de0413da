#include "core/hub/endings.hpp"

#include "core/hub/part_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// A connection that has joined "k" and was read to the end.
class EndingsTest : public test::PartTest {
 protected:
  using Closings = std::vector<std::pair<SubscriberId, CloseReason>>;

  EndingsTest() {
    scheduler.addSubscriber(1);
    subscriber.noteRead(true);
  }

  static std::string notice(std::string_view reason, bool reconnect) {
    return "event: millrace.end\ndata: {\"reason\":\"" + std::string(reason) +
           "\",\"reconnect\":" + (reconnect ? "true" : "false") + "}\n\n";
  }
  std::string take(Subscriber& reading) {
    Spans spans;
    reading.reader().gather(now, {}, spans);
    std::string text = test::textOf(spans);
    reading.reader().taken();
    return text;
  }
  Closings closings() {
    Turn turn;
    scheduler.beginTurn(1);
    while (scheduler.collect(1, 10, registry, now, turn)) {
    }
    static_cast<void>(scheduler.endTurn(1, now));
    return turn.closing;
  }

  HubOptions options;
  Scheduler scheduler{sequence};
  Deadlines deadlines;
  Endings endings{sequence, scheduler, deadlines, options};
  Subscriber& subscriber = add(1);
  Channel& k = join(subscriber, "k");
};

TEST_F(EndingsTest, theClientIsToldWhereTheEndIsIntended) {
  constexpr struct {
    CloseReason reason;
    std::string_view name;  // empty: it is not told
    bool reconnect;
  } kTable[] = {
      {CloseReason::closed, "closed", false},    {CloseReason::disconnected, "", false},
      {CloseReason::lagging, "", false},         {CloseReason::durationCap, "duration_cap", true},
      {CloseReason::unread, "", false},          {CloseReason::completed, "completed", false},
      {CloseReason::draining, "draining", true},
  };
  SubscriberId id = 10;
  for (const auto& row : kTable) {
    SCOPED_TRACE(closeReasonName(row.reason));
    Subscriber& reading = add(++id);
    join(reading, "k");
    Subscriber& ofItsOwn = add(++id);  // it reads no channel
    Subscriber& listener = add(++id, 1, {}, SubscriberKind::listener);
    for (Subscriber* const one : {&reading, &ofItsOwn, &listener}) {
      endings.begin(*one, row.reason, now);
      EXPECT_TRUE(one->isEnding());
      EXPECT_EQ(one->closeReason, row.reason);
    }
    EXPECT_EQ(take(reading), row.name.empty() ? "" : notice(row.name, row.reconnect));
    EXPECT_EQ(take(ofItsOwn), row.name.empty() ? "" : notice(row.name, false)) << "nothing goes on";
    EXPECT_EQ(take(listener), "");
    EXPECT_EQ(closings(), (Closings{{id - 2, row.reason}, {id - 1, row.reason}, {id, row.reason}}));
  }
}

TEST_F(EndingsTest, theApplicationsOwnWordIsSaid) {
  endings.begin(subscriber, CloseReason::closed, now, "kicked");
  EXPECT_EQ(take(subscriber), notice("kicked", false));
}

TEST_F(EndingsTest, theNoticeFollowsAllThatIsStillGiven) {
  append(k, "1 ");
  endings.begin(subscriber, CloseReason::closed, now);
  append(k, "2 ");
  EXPECT_EQ(take(subscriber), "1 " + notice("closed", false));
  EXPECT_FALSE(subscriber.hasPending());
}

TEST_F(EndingsTest, beginsOnce) {
  endings.begin(subscriber, CloseReason::closed, now);
  endings.begin(subscriber, CloseReason::draining, now);
  EXPECT_EQ(subscriber.closeReason, CloseReason::closed);
  EXPECT_EQ(take(subscriber), notice("closed", false));
  EXPECT_EQ(closings(), (Closings{{1, CloseReason::closed}}));
}

// --- the time for taking what is left

TEST_F(EndingsTest, thereIsATimeForTakingWhatIsLeft) {
  append(k, "1 ");
  subscriber.deadlines.heartbeat = now;
  endings.begin(subscriber, CloseReason::closed, now);
  EXPECT_EQ(subscriber.deadlines.end, now + options.flushFor);
  EXPECT_EQ(subscriber.deadlines.heartbeat, kNever);
  EXPECT_EQ(deadlines.next(), now + options.flushFor);
  EXPECT_EQ(k.heldUntil, now + options.flushFor);
}

TEST_F(EndingsTest, whoWasNotReadYetHasAsLongAsAnyUnread) {
  Subscriber& unread = add(2);
  endings.begin(unread, CloseReason::closed, now);
  EXPECT_EQ(unread.deadlines.end, now + options.unreadFor);

  endings.noteBehind(unread, now);
  EXPECT_EQ(unread.deadlines.end, now + options.unreadFor);
  unread.noteRead(false);
  endings.noteBehind(unread, now + Millis{1});
  EXPECT_EQ(unread.deadlines.end, now + Millis{1} + options.flushFor) << "somebody has begun to read it";
  EXPECT_EQ(deadlines.next(), now + Millis{1} + options.flushFor);
}

TEST_F(EndingsTest, nothingIsHeldForWhoDoesNotGetIt) {
  append(k, "1 ");
  endings.begin(subscriber, CloseReason::lagging, now);
  EXPECT_EQ(k.heldUntil, Instant{});
}

TEST_F(EndingsTest, whoIsBehindIsHeldForUntilItsTimeIsOver) {
  append(k, "1 ");
  endings.begin(subscriber, CloseReason::closed, now);
  const Instant end = subscriber.deadlines.end;
  k.heldUntil = Instant{};
  endings.noteBehind(subscriber, now + Millis{1});
  EXPECT_EQ(subscriber.deadlines.end, end) << "being behind gives no more time";
  EXPECT_EQ(k.heldUntil, end);
  endings.runDue(subscriber, end);
  k.heldUntil = Instant{};
  endings.noteBehind(subscriber, end);
  EXPECT_EQ(k.heldUntil, Instant{}) << "it is over";
}

TEST_F(EndingsTest, whoHasTakenSomeOfItHasItsTimeAgain) {
  append(k, "1 ");
  endings.begin(subscriber, CloseReason::closed, now);
  closings();
  now = subscriber.deadlines.end;
  subscriber.hasProgressed = true;
  endings.runDue(subscriber, now);
  EXPECT_FALSE(subscriber.isOver());
  EXPECT_EQ(subscriber.deadlines.end, now + options.flushFor);
  EXPECT_EQ(k.heldUntil, now + options.flushFor);
  EXPECT_EQ(closings(), Closings{});

  now = subscriber.deadlines.end;
  endings.runDue(subscriber, now);
  EXPECT_TRUE(subscriber.isOver()) << "it has taken nothing since";
  EXPECT_EQ(subscriber.deadlines.end, kNever);
  EXPECT_EQ(closings(), (Closings{{1, CloseReason::lagging}}));
}

TEST_F(EndingsTest, whileTheHubDrainsNobodyHasItsTimeAgain) {
  endings.begin(subscriber, CloseReason::draining, now);
  closings();
  subscriber.hasProgressed = true;
  endings.runDue(subscriber, now);
  EXPECT_TRUE(subscriber.isOver());
  EXPECT_EQ(closings(), (Closings{{1, CloseReason::lagging}}));
}

// --- breaking off

TEST_F(EndingsTest, whoIsBrokenOffIsClosedWithoutANotice) {
  endings.breakOff(subscriber, now);
  EXPECT_TRUE(subscriber.isEnding());
  EXPECT_EQ(closings(), (Closings{{1, CloseReason::lagging}}));
  EXPECT_EQ(take(subscriber), "");
}

TEST_F(EndingsTest, whoIsEndingAndIsBrokenOffIsClosedAtOnce) {
  endings.begin(subscriber, CloseReason::closed, now);
  endings.breakOff(subscriber, now);
  EXPECT_EQ(closings(), (Closings{{1, CloseReason::closed}, {1, CloseReason::lagging}}));
}

}  // namespace
}  // namespace millrace
