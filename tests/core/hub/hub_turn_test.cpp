// The turn: who is woken, what is readable, who lags, and what is evicted.
#include "core/hub/hub_fixture.hpp"

#include <algorithm>

namespace millrace {
namespace {

class HubTurn : public test::HubTest {
 protected:
  using Ids = std::vector<SubscriberId>;
  using Owners = std::vector<OwnerId>;
};

TEST_F(HubTurn, anOwnerIsNamedOnceUntilItCollects) {
  open(1);
  EXPECT_EQ(takeWakes(), Owners{1});
  join(1, "k");
  publish("k", "x");
  send(1, "y");
  EXPECT_EQ(takeWakes(), Owners{});
  EXPECT_EQ(collect().readable, Ids{1});
  EXPECT_EQ(takeWakes(), Owners{});
  publish("k", "x");
  EXPECT_EQ(takeWakes(), Owners{1});
}

TEST_F(HubTurn, aConnectionIsReadableOnceUntilItIsRead) {
  openAndJoin(1, "k");
  publish("k", "1");
  EXPECT_EQ(idleTurn().readable, Ids{1});
  publish("k", "2");
  EXPECT_EQ(idleTurn().readable, Ids{});
  EXPECT_EQ(read(1), event(1, "1") + event(2, "2"));
  publish("k", "3");
  EXPECT_EQ(idleTurn().readable, Ids{1});
}

TEST_F(HubTurn, aJoinWithHistoryIsReadable) {
  publish("k", "1");
  open(1, resuming("a.0"));
  EXPECT_EQ(readingTurn().readable, Ids{1});
  open(2, resuming("a.0"));
  idleTurn();
  read(2);
  join(2, "l");
  EXPECT_EQ(takeWakes(), Owners{1});
  EXPECT_EQ(idleTurn().readable, Ids{2}) << "the verdict";
}

TEST_F(HubTurn, ownersAreSeparate) {
  openAndJoin(1, "k", quiet(), 1);
  openAndJoin(2, "k", quiet(), 2);
  takeWakes();
  publish("k", "x");
  Owners woken = takeWakes();
  std::sort(woken.begin(), woken.end());
  EXPECT_EQ(woken, (Owners{1, 2}));
  EXPECT_EQ(idleTurn().readable, Ids{1});
  EXPECT_EQ(idleTurn(2).readable, Ids{2});
  send(2, "y");
  EXPECT_EQ(takeWakes(), Owners{2});
}

TEST_F(HubTurn, closeAllClosesWhatIsTheOwners) {
  openAndJoin(1, "k", quiet(), 1);
  openAndJoin(2, "k", quiet(), 2);
  openAndJoin(3, "l", quiet(), 1);
  hub.closeAll(1, now);
  EXPECT_EQ(hub.census().stats().connections, 1U);
  EXPECT_EQ(hub.census().keys(), std::vector<std::string_view>{"k"});
  publish("k", "x");
  EXPECT_EQ(takeWakes(), Owners{2});
  EXPECT_EQ(read(2), event(1, "x"));
}

TEST_F(HubTurn, aClosedConnectionIsNotReadable) {
  openAndJoin(1, "k");
  openAndJoin(2, "k");
  publish("k", "x");
  hub.close(1, now);
  EXPECT_EQ(collect().readable, Ids{2});
}

// --- lag

TEST_F(HubTurn, whoLagsIsToldToClose) {
  openAndJoin(1, "k", lagging(3, Overflow::disconnect));
  for (int count = 0; count < 3; ++count) {
    publish("k", "x");
    EXPECT_TRUE(idleTurn().closing.empty());
  }
  publish("k", "x");
  idleTurn();
  EXPECT_EQ(takeWakes(), Owners{1});
  const Turn turn = idleTurn();
  ASSERT_EQ(turn.closing.size(), 1U);
  EXPECT_EQ(turn.closing[0], std::pair(SubscriberId{1}, CloseReason::lagging));
  EXPECT_EQ(tryJoin(1, "l"), JoinOutcome::closed);
  EventFields fields;
  fields.data = "x";
  EXPECT_EQ(hub.send(1, fields, now, receipt), WriteOutcome::closed);
  publish("k", "x");
  EXPECT_TRUE(idleTurn().closing.empty()) << "once";
}

TEST_F(HubTurn, bytesAreLagToo) {
  OpenOptions options = quiet();
  options.subscriber.lag.bytes = 100;
  openAndJoin(1, "k", options);
  publish("k", std::string(200, 'x'));
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_EQ(idleTurn().closing.size(), 1U);
}

TEST_F(HubTurn, nobodyIsJudgedBeforeItWasOffered) {
  openAndJoin(1, "k", lagging(3, Overflow::disconnect));
  for (int count = 0; count < 100; ++count) {
    publish("k", "x");
  }
  turns.settle(1, now);  // of a turn that collected before
  EXPECT_EQ(collect().readable, Ids{1});
  read(1);
  turns.settle(1, now);
  EXPECT_TRUE(idleTurn().closing.empty());
}

TEST_F(HubTurn, whoMayDropTheOldestGoesOnBehindAGap) {
  openAndJoin(1, "k", lagging(2, Overflow::dropOldest));
  for (const char* const data : {"1", "2", "3", "4"}) {
    publish("k", data);
  }
  EXPECT_TRUE(idleTurn().closing.empty());
  publish("k", "5");
  EXPECT_TRUE(idleTurn().closing.empty());
  EXPECT_EQ(read(1), std::string(kGap) + event(4, "4") + event(5, "5"));
  publish("k", "6");
  EXPECT_EQ(read(1), event(6, "6")) << "the gap is said once";
}

TEST_F(HubTurn, theOldestOfAllLogsAreDropped) {
  open(1, lagging(3, Overflow::dropOldest));
  join(1, "k");
  join(1, "l");
  readingTurn();
  publish("k", "1");
  send(1, "2");
  publish("l", "3");
  publish("k", "4");
  send(1, "5");
  idleTurn();
  EXPECT_EQ(read(1), std::string(kGap) + event(3, "3") + event(4, "4") + event(5, "5"));
}

TEST_F(HubTurn, whomTheHistoryHasPassedLagsWhateverItsLimits) {
  HubOptions options = strict();
  options.history.events = 2;
  hub.configure(options);
  openAndJoin(1, "k", lagging(1000, Overflow::disconnect));
  openAndJoin(2, "k", lagging(1000, Overflow::dropOldest));
  for (const char* const data : {"1", "2", "3"}) {
    publish("k", data);
  }
  idleTurn();
  EXPECT_EQ(idleTurn().closing.size(), 1U);
  EXPECT_EQ(read(2), std::string(kGap) + event(2, "2") + event(3, "3"));
  EXPECT_EQ(read(1), std::string(kGap) + event(2, "2") + event(3, "3")) << "what is left does not hide the gap";
}

// --- the history and the inbox

TEST_F(HubTurn, aBurstInOneTurnEvictsNothingForWhoTakesAll) {
  openAndJoin(1, "k");
  openAndJoin(2, "k", quiet(), 2);
  std::string all;
  for (std::uint64_t sequence = 1; sequence <= 5000; ++sequence) {  // ten times the history
    publish("k", "x");
    all += event(sequence, "x");
  }
  collect();
  EXPECT_EQ(read(1), all);
  turns.settle(1, now);
  collect(2);
  EXPECT_EQ(read(2), all) << "of another owner, which looked later";
  turns.settle(2, now);

  open(3, resuming("a.0"));
  join(3, "k");
  EXPECT_EQ(read(3).find("id: a.4501\n"), kGap.size()) << "and then the history is trimmed";
}

TEST_F(HubTurn, beyondTheInboxPublishRefusesAndNothingAcceptedIsLost) {
  HubOptions options = strict();
  options.inboxBytes = 1000;
  options.history.events = 1;
  hub.configure(options);
  openAndJoin(1, "k");
  EventFields fields;
  fields.data = "x";
  std::string all;
  std::uint64_t sequence = 0;
  while (tryPublish("k", fields) == WriteOutcome::written) {
    all += event(++sequence, "x");
  }
  EXPECT_EQ(tryPublish("k", fields), WriteOutcome::overloaded);
  EXPECT_EQ(hub.send(1, fields, now, receipt), WriteOutcome::overloaded);
  EXPECT_EQ(hub.comment(1, "x", now), WriteOutcome::overloaded);
  EXPECT_GT(all.size(), 900U);
  EXPECT_LE(all.size(), 1000U);
  collect();
  EXPECT_EQ(read(1), all);
  turns.settle(1, now);
  EXPECT_EQ(publish("k", "x").id, "a." + std::to_string(sequence + 1));
}

TEST_F(HubTurn, anOwnerThatNeverLooksKeepsNoneFromPublishing) {
  HubOptions options = strict();
  options.inboxBytes = 1000;
  hub.configure(options);
  openAndJoin(1, "k", quiet(), 1);
  openAndJoin(2, "k", quiet(), 2);
  for (int count = 0; count < 200; ++count) {
    publish("k", "a line of some length, so that the inbox fills");
    pass(200);
  }
}

TEST_F(HubTurn, whoIsDisconnectedForItsLagFindsEverythingWhenItIsBack) {
  openAndJoin(1, "k");
  const std::string position = publish("k", "0").id;
  readingTurn();
  std::uint64_t published = 0;
  while (idleTurn().closing.empty()) {
    publish("k", std::to_string(++published));
    ASSERT_LT(published, 500U) << "closed before the history of 500 has lost anything";
  }
  hub.close(1, now);
  for (int count = 0; count < 200; ++count) {
    publish("k", std::to_string(++published));  // while it is away
  }
  open(2, resuming(position));
  join(2, "k");
  const std::string received = read(2);
  EXPECT_TRUE(received.starts_with(kContinued));
  EXPECT_NE(received.find(event(2, "1")), std::string::npos);
}

TEST_F(HubTurn, whoseResponseIsStillBeingPreparedIsNotSlow) {
  open(1, lagging(10, Overflow::disconnect));
  join(1, "k");
  for (int count = 0; count < 1001; ++count) {
    send(1, "x");
    publish("k", "y");
    EXPECT_TRUE(idleTurn().closing.empty());
  }
  EXPECT_NE(read(1).find("a.1\n"), std::string::npos) << "its own events are all there";
}

TEST_F(HubTurn, whoHoldsTooMuchUnreadIsClosedAllTheSame) {
  open(1);
  const std::string megabyte(std::size_t{1024} * 1024, 'x');
  for (int count = 0; count < 8; ++count) {
    send(1, megabyte);
  }
  idleTurn();
  EXPECT_EQ(idleTurn().closing.size(), 1U);
}

TEST_F(HubTurn, anOwnerThatIsStillReadingLosesNothingToOneThatHasSettled) {
  HubOptions options = strict();
  options.history.events = 1;
  hub.configure(options);
  openAndJoin(1, "k", quiet(), 1);
  openAndJoin(2, "k", quiet(), 2);
  publish("k", "1");
  publish("k", "2");
  EXPECT_EQ(collect(2).readable, Ids{2});
  EXPECT_EQ(readingTurn(1).readable, Ids{1});
  EXPECT_EQ(read(2), event(1, "1") + event(2, "2"));
}

TEST_F(HubTurn, aChannelThatEverybodyLeftIsBoundedWithinATurn) {
  HubOptions options = strict();
  options.history.events = 2;
  hub.configure(options);
  openAndJoin(1, "k");
  publish("k", "1");
  EXPECT_TRUE(hub.leave(1, "k", now));
  for (const char* const data : {"2", "3", "4"}) {
    publish("k", data);
  }
  open(2, resuming("a.0"));
  join(2, "k");
  EXPECT_EQ(read(2), std::string(kGap) + event(3, "3") + event(4, "4"));
}

}  // namespace
}  // namespace millrace
