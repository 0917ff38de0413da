// Where a connection begins to read, and what it is told about it.
#include "core/hub/hub_fixture.hpp"

namespace millrace {
namespace {

class HubResume : public test::HubTest {
 protected:
  void keep(std::size_t events) {
    HubOptions options = strict();
    options.history.events = events;
    hub.configure(options);
  }
};

TEST_F(HubResume, aJoinBeforeTheFirstReadStartsWhereTheConnectionWasOpened) {
  publish("k", "before");
  open(1);
  publish("k", "between");
  join(1, "k");
  EXPECT_EQ(read(1), "id: a.1\n\n" + event(2, "between"));
}

TEST_F(HubResume, aJoinAfterTheFirstReadStartsAtTheHead) {
  open(1);
  read(1);
  publish("k", "between");
  join(1, "k");
  EXPECT_EQ(read(1), "");
  publish("k", "after");
  EXPECT_EQ(read(1), event(2, "after"));
}

TEST_F(HubResume, continuesBehindTheClientsId) {
  publish("k", "1");
  publish("k", "2");
  publish("k", "3");
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kContinued) + event(2, "2") + event(3, "3"));
}

TEST_F(HubResume, continuesWhenNothingIsMissing) {
  publish("k", "1");
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), kContinued);
}

TEST_F(HubResume, saysNothingBeforeItJoins) {
  open(1, resuming("a.0"));
  EXPECT_EQ(read(1), "");
}

TEST_F(HubResume, anEmptyIdIsNone) {
  open(1, resuming(""));
  join(1, "k");
  EXPECT_EQ(read(1), "id: a.0\n\n");
}

TEST_F(HubResume, aGapIsSaidWhereEventsWereEvicted) {
  keep(2);
  for (const char* const data : {"1", "2", "3", "4"}) {
    publish("k", data);
  }
  open(1, resuming("a.1"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kGap) + event(3, "3") + event(4, "4"));
  open(2, resuming("a.2"));
  join(2, "k");
  EXPECT_EQ(read(2), std::string(kContinued) + event(3, "3") + event(4, "4")) << "2 is the last that was evicted";
}

TEST_F(HubResume, aGapInALaterChannelIsSaidToo) {
  keep(2);
  publish("k", "1");
  for (const char* const data : {"2", "3", "4"}) {
    publish("l", data);
  }
  open(1, resuming("a.0"));
  join(1, "k");
  join(1, "l");
  EXPECT_EQ(read(1), std::string(kContinued) + std::string(kGap) + event(1, "1") + event(3, "3") + event(4, "4"));
}

TEST_F(HubResume, anUnknownIdResets) {
  publish("k", "1");
  SubscriberId id = 0;
  for (const char* const unknown : {"b.1", "a.2", "order-1", "a.x", "."}) {
    open(++id, resuming(unknown));
    join(id, "k");
    EXPECT_EQ(read(id), std::string(kReset) + "id: a.0\n\n" + event(1, "1")) << unknown;
  }
}

TEST_F(HubResume, aResetIsSaidOnce) {
  open(1, resuming("b.1"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kReset) + "id: a.0\n\n");
  publish("k", "1");
  open(2, resuming("a.0"));
  join(2, "k");
  EXPECT_EQ(read(2), std::string(kContinued) + event(1, "1"));
}

TEST_F(HubResume, continuesBehindAnIdThatTheApplicationGave) {
  publishAs("order-1", "k", "1");
  publishAs("order-2", "k", "2");
  publish("l", "3");
  publish("k", "4");
  open(1, resuming("order-1"));
  join(1, "k");
  join(1, "l");
  EXPECT_EQ(read(1), std::string(kContinued) + cursor(1) + ownEvent("order-2", 2, "2") + event(3, "3") + event(4, "4"));
}

TEST_F(HubResume, severalChannelsContinueFromOneId) {
  publish("k", "1");
  publish("l", "2");
  publish("k", "3");
  publish("l", "4");
  open(1, resuming("a.2"));
  join(1, "l");
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kContinued) + event(3, "3") + event(4, "4"));
}

// The head is where a join after the first read begins, so what lies between the client's id and it will not come.
TEST_F(HubResume, aJoinTooLateForTheClientsIdIsAGap) {
  publish("k", "1");
  publish("k", "2");
  OpenOptions options = resuming("a.1");
  options.retry = 100;
  open(1, options);
  EXPECT_EQ(read(1), "retry: 100\n\n");
  join(1, "k");
  EXPECT_EQ(read(1), kGap);
  options.lastEventId = "a.2";
  open(2, options);
  read(2);
  join(2, "k");
  EXPECT_EQ(read(2), kContinued) << "nothing is missing";
}

TEST_F(HubResume, joiningAgainBeforeTheFirstReadGivesTheEventsOnce) {
  publish("k", "1");
  open(1, resuming("a.0"));
  join(1, "k");
  EXPECT_TRUE(hub.leave(1, "k", now));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kContinued) + event(1, "1"));
}

TEST_F(HubResume, leavingDropsWhatWasNotRead) {
  openAndJoin(1, "k");
  publish("k", "1");
  EXPECT_TRUE(hub.leave(1, "k", now));
  EXPECT_EQ(read(1), "");
  join(1, "k");
  publish("k", "2");
  EXPECT_EQ(read(1), event(2, "2"));
}

TEST_F(HubResume, aListenerStartsAtTheHead) {
  publish("k", "1");
  open(1, listening());
  join(1, "k");
  publish("k", "2");
  EXPECT_EQ(read(1), event(2, "2"));
}

TEST_F(HubResume, anIdOfTheApplicationsIsKnownWhateverTheChannelThatIsJoinedFirst) {
  publishAs("order-1", "orders", "1");
  publish("news", "2");
  publishAs("order-2", "orders", "3");
  open(1, resuming("order-1"));
  join(1, "news");
  join(1, "orders");
  EXPECT_EQ(read(1), std::string(kContinued) + cursor(1) + event(2, "2") + ownEvent("order-2", 3, "3"));
}

// Rooms that count for themselves: what one has seen of a room is no position in another.
TEST_F(HubResume, anIdOfTheApplicationsIsItsChannelsOnly) {
  publishAs("1", "a", "a1");
  publishAs("2", "a", "a2");
  publishAs("3", "a", "a3");
  publishAs("1", "b", "b1");
  open(1, resuming("1"));
  join(1, "a");
  EXPECT_EQ(read(1), std::string(kContinued) + cursor(1) + ownEvent("2", 2, "a2") + ownEvent("3", 3, "a3"));
  open(2, resuming("1"));
  join(2, "b");
  EXPECT_EQ(read(2), std::string(kContinued) + cursor(4));
  open(3, resuming("2"));
  join(3, "b");
  EXPECT_EQ(read(3), std::string(kReset) + cursor(0) + ownEvent("1", 4, "b1"))
      << "that it exists elsewhere is nobody's business";
}

TEST_F(HubResume, anAmbiguousIdResumesFromTheOldest) {
  publishAs("1", "a", "a1");
  publish("a", "a2");
  publishAs("1", "b", "b1");
  publishAs("1", "b", "again");
  const std::string rest = cursor(1) + event(2, "a2") + ownEvent("1", 3, "b1") + ownEvent("1", 4, "again");
  open(1, resuming("1"));
  join(1, "b");
  EXPECT_EQ(hub.view(1).verdict(), Verdict::continued);
  join(1, "a");
  EXPECT_EQ(read(1), std::string(kContinued) + rest);
  open(2, resuming("1"));
  join(2, "a");
  join(2, "b");
  EXPECT_EQ(read(2), std::string(kContinued) + rest);
  open(3, resuming("1"));
  join(3, "b");
  EXPECT_EQ(read(3), std::string(kContinued) + cursor(3) + ownEvent("1", 4, "again"));
}

TEST_F(HubResume, anIdThatALaterChannelKnowsIsNoReset) {
  publish("news", "1");
  publishAs("order-1", "orders", "2");
  publish("news", "3");
  open(1, resuming("order-1"));
  join(1, "news");
  EXPECT_EQ(hub.view(1).verdict(), Verdict::reset) << "as far as is known";
  join(1, "orders");
  EXPECT_EQ(hub.view(1).verdict(), Verdict::continued);
  EXPECT_EQ(read(1), std::string(kContinued) + cursor(2) + event(3, "3"));
}

TEST_F(HubResume, theIdOfAPrivateEventResumesNothing) {
  publish("k", "1");
  openAndJoin(1, "k");
  EventFields fields;
  fields.id = "mine";
  fields.data = "x";
  EXPECT_EQ(hub.send(1, fields, now, receipt), WriteOutcome::written);
  EXPECT_EQ(read(1), ownEvent("mine", 2, "x")) << "but the cursor behind it does";
  open(2, resuming("mine"));
  join(2, "k");
  EXPECT_EQ(read(2), std::string(kReset) + cursor(0) + event(1, "1"));
  open(3, resuming("a.2"));
  join(3, "k");
  EXPECT_EQ(read(3), kContinued);
}

TEST_F(HubResume, anIdWhoseEventWasEvictedIsUnknown) {
  keep(1);
  publishAs("order-1", "k", "1");
  publishAs("order-2", "k", "2");
  open(1, resuming("order-1"));
  join(1, "k");
  EXPECT_EQ(read(1), std::string(kReset) + cursor(0) + ownEvent("order-2", 2, "2"));
}

TEST_F(HubResume, aGapBehindAnIdOfTheApplicationsIsSaid) {
  keep(2);
  publishAs("order-1", "k", "1");
  for (const char* const data : {"2", "3", "4"}) {
    publish("l", data);
  }
  open(1, resuming("order-1"));
  join(1, "k");
  join(1, "l");
  EXPECT_EQ(read(1), std::string(kGap) + cursor(1) + event(3, "3") + event(4, "4"));
}

}  // namespace
}  // namespace millrace
