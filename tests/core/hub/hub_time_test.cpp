// Heartbeats, the longest duration of a connection, and what happens to channels that nobody uses.
#include "core/hub/hub_fixture.hpp"

namespace millrace {
namespace {

class HubTime : public test::HubTest {
 protected:
  static OpenOptions beating(std::int64_t everyMs, std::string type = "", std::string data = "") {
    OpenOptions options;
    options.subscriber.heartbeat = {Millis(everyMs), std::move(type), std::move(data)};
    return options;
  }

  void passAndTick(std::int64_t milliseconds) {
    pass(milliseconds);
    hub.tick(now);
  }
};

TEST_F(HubTime, nothingIsDueInAnEmptyHub) { EXPECT_EQ(hub.nextDeadline(), kNever); }

TEST_F(HubTime, aHeartbeatIsACommentAtEachInterval) {
  open(1, beating(100));
  read(1);
  EXPECT_EQ(hub.nextDeadline(), now + Millis(100));
  passAndTick(99);
  EXPECT_EQ(read(1), "");
  passAndTick(1);
  EXPECT_EQ(read(1), ": heartbeat\n\n");
  EXPECT_EQ(hub.nextDeadline(), now + Millis(100));
  passAndTick(5000);
  EXPECT_EQ(read(1), ": heartbeat\n\n") << "once, however late";
}

TEST_F(HubTime, aHeartbeatCanBeAnEvent) {
  open(1, beating(100, "beat", "still here"));
  read(1);
  passAndTick(100);
  EXPECT_EQ(read(1), "event: beat\ndata: still here\n\n");
}

TEST_F(HubTime, aHeartbeatWithoutDataSaysHowTheConnectionIs) {
  OpenOptions options = beating(100, "beat");
  open(7, options);
  join(7, "k");
  join(7, "l");
  publish("k", "x");
  read(7);
  passAndTick(100);
  EXPECT_EQ(read(7),
            "event: beat\n"
            "data: {\"streamId\":\"s7\",\"uptimeMs\":100,\"events\":1,\"channels\":2,\"remainingMs\":null}\n\n");
  options.subscriber.maxDuration = Millis(5000);
  open(8, options);
  read(8);
  passAndTick(100);
  EXPECT_EQ(read(8),
            "event: beat\n"
            "data: {\"streamId\":\"s8\",\"uptimeMs\":100,\"events\":0,\"channels\":0,\"remainingMs\":4900}\n\n");
}

TEST_F(HubTime, whoHasSomethingToReadGetsNoHeartbeat) {
  open(1, beating(100));
  join(1, "k");
  read(1);
  publish("k", "x");
  for (int count = 0; count < 10; ++count) {
    passAndTick(100);
  }
  EXPECT_EQ(read(1), event(1, "x"));
  passAndTick(100);
  EXPECT_EQ(read(1), ": heartbeat\n\n");
}

// Quiet channels and rare types: without it their readers would be told of a gap when they come back after hours.
TEST_F(HubTime, aHeartbeatTellsHowFarTheStreamHasCome) {
  open(1, beating(100));
  join(1, "quiet");
  open(2, beating(100, "beat", "here"));
  join(2, "k", {"rare"});
  read(1);
  read(2);
  publish("k", "x");
  publish("k", "y");
  readingTurn();
  passAndTick(100);
  EXPECT_EQ(read(1), ": heartbeat\n\n" + cursor(2));
  EXPECT_EQ(read(2), "event: beat\ndata: here\n\n" + cursor(2));
  passAndTick(100);
  EXPECT_EQ(read(1), ": heartbeat\n\n") << "the client knows";
  HubOptions options = strict();
  options.history.events = 1;
  hub.configure(options);
  publish("k", "z");
  open(3, resuming("a.2"));
  join(3, "k", {"rare"});
  EXPECT_EQ(read(3), kContinued);
}

TEST_F(HubTime, aChannelFullOfWhatAReaderDoesNotWantKeepsItAlive) {
  open(1, beating(100));
  join(1, "k", {"rare"});
  read(1);
  publish("k", "x");
  passAndTick(100);  // before its owner looked
  EXPECT_EQ(read(1), ": heartbeat\n\n");
  passAndTick(100);
  EXPECT_EQ(read(1), ": heartbeat\n\n" + cursor(1)) << "it has passed by the event";
}

TEST_F(HubTime, aHeartbeatBehindAPrivateEventDoesNotTakeTheCursorBack) {
  open(1, beating(100));
  join(1, "k");
  read(1);
  send(1, "own");
  EXPECT_EQ(read(1), event(1, "own"));
  passAndTick(100);
  EXPECT_EQ(read(1), ": heartbeat\n\n");
}

TEST_F(HubTime, aClosedConnectionIsNeverDue) {
  open(1, beating(100));
  open(2, beating(100));
  hub.close(1, now);
  EXPECT_EQ(hub.nextDeadline(), now + Millis(100));
  hub.close(2, now);
  EXPECT_EQ(hub.nextDeadline(), kNever);
  passAndTick(1000);
}

TEST_F(HubTime, theLongestDurationEndsInACompleteEvent) {
  OpenOptions options = beating(100);
  options.subscriber.maxDuration = Millis(150);
  open(1, options);
  read(1);
  collect();
  passAndTick(100);
  read(1);
  EXPECT_EQ(hub.nextDeadline(), now + Millis(50));
  passAndTick(50);
  EXPECT_EQ(takeWakes(), std::vector<OwnerId>{1});
  const Turn turn = collect();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing[0], std::pair(SubscriberId{1}, CloseReason::durationCap));
  EXPECT_EQ(read(1), "event: complete\nid: a.1\ndata: {\"reason\":\"duration_cap\",\"duration\":0.150}\n\n" +
                         end("duration_cap"));
  EXPECT_EQ(tryJoin(1, "k"), JoinOutcome::closed);
  passAndTick(1000);
  EXPECT_EQ(read(1), "");
  hub.close(1, now);
  EXPECT_EQ(hub.nextDeadline(), kNever);
}

TEST_F(HubTime, aConnectionThatNobodyBeginsToReadIsClosed) {
  open(1);
  open(2);
  readingTurn();
  open(3);
  idleTurn();
  pass(59999);
  hub.tick(now);
  EXPECT_TRUE(idleTurn().closing.empty());
  pass(1);
  hub.tick(now);
  const Turn turn = idleTurn();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing.front(), std::pair(SubscriberId{3}, CloseReason::unread));
  hub.close(3, now);
  EXPECT_EQ(hub.nextDeadline(), kNever);
}

TEST_F(HubTime, aConnectionIsToldToCloseOnce) {
  OpenOptions options = lagging(1, Overflow::disconnect);
  options.subscriber.maxDuration = Millis(150);
  openAndJoin(1, "k", options);
  publish("k", "1");
  publish("k", "2");
  idleTurn();
  passAndTick(150);
  const Turn turn = collect();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing[0].second, CloseReason::lagging);
}

// --- channels

class HubSweep : public HubTime {
 protected:
  HubSweep() {
    HubOptions options = strict();
    options.history.ttl = Millis(1000);
    options.channelTtl = Millis(5000);
    options.sweepEvery = Millis(100);
    hub.configure(options);
  }
};

TEST_F(HubSweep, anIdleChannelIsForgotten) {
  HubOptions options = hub.options();
  options.history.ttl = Millis(100000);
  hub.configure(options);
  publish("k", "x");
  EXPECT_EQ(hub.census().stats().channels, 1U);
  EXPECT_EQ(hub.nextDeadline(), now + Millis(100));
  passAndTick(4999);
  EXPECT_EQ(hub.census().stats().channels, 1U);
  passAndTick(100);
  EXPECT_EQ(hub.census().stats().channels, 0U);
  EXPECT_EQ(hub.nextDeadline(), kNever);
}

TEST_F(HubSweep, aChannelExistsWhileAnEventOrAReaderIsInIt) {
  openAndJoin(1, "guessed");
  EXPECT_EQ(hub.census().stats().channels, 1U);
  hub.leave(1, "guessed", now);
  EXPECT_EQ(hub.census().stats().channels, 0U);
  join(1, "guessed");
  hub.close(1, now);
  EXPECT_EQ(hub.census().stats().channels, 0U);
  publish("k", "x");
  passAndTick(900);
  EXPECT_EQ(hub.census().stats().channels, 1U);
  passAndTick(200);
  EXPECT_EQ(hub.census().stats().channels, 0U) << "its event was too old";
}

TEST_F(HubSweep, aChannelThatSomebodyReadsStays) {
  openAndJoin(1, "k");
  passAndTick(100000);
  EXPECT_EQ(hub.census().stats().channels, 1U);
  hub.close(1, now);
  EXPECT_EQ(hub.census().stats().channels, 0U) << "nothing was ever in it";
}

TEST_F(HubSweep, aResumeAfterTheChannelWasForgottenIsAGap) {
  publish("k", "1");
  publish("k", "2");
  passAndTick(5000);
  ASSERT_EQ(hub.census().stats().channels, 0U);
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), kGap);
  open(2, resuming("a.2"));
  join(2, "k");
  EXPECT_EQ(read(2), kContinued) << "it had them all";
}

TEST_F(HubSweep, soItIsWhenTheEventsWereStillThere) {
  HubOptions options = strict();
  options.channelTtl = Millis(5000);  // shorter than the history's age
  hub.configure(options);
  publish("k", "1");
  publish("k", "2");
  passAndTick(60000);
  ASSERT_EQ(hub.census().stats().channels, 0U);
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), kGap);
}

TEST_F(HubSweep, theHistoryIsTrimmedByAge) {
  publish("k", "1");
  pass(600);
  publish("k", "2");
  passAndTick(600);
  open(1, resuming("a.0"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kGap) + event(2, "2"));
}

TEST_F(HubSweep, whoDidNotReadInTimeIsToldOfTheGap) {
  openAndJoin(1, "k");
  publish("k", "1");
  idleTurn();
  pass(600);
  publish("k", "2");
  idleTurn();
  passAndTick(600);
  EXPECT_EQ(read(1), std::string(kGap) + event(2, "2"));
}

TEST_F(HubSweep, aChannelWithNewsIsNotForgotten) {
  HubOptions options = strict();
  options.channelTtl = Millis(0);
  options.sweepEvery = Millis(0);
  options.inboxBytes = 60;
  hub.configure(options);
  openAndJoin(1, "k");
  openAndJoin(2, "l");
  collect();
  publish("k", "more than half of the inbox");
  turns.settle(1, now);
  EXPECT_TRUE(hub.leave(1, "k", now));
  passAndTick(1);
  EXPECT_TRUE(collect().readable.empty());
}

}  // namespace
}  // namespace millrace
