// How connections end, change their owner, and drain; what they are greeted with, and what became of their cursor.
#include "core/hub/hub_fixture.hpp"

#include <algorithm>

namespace millrace {
namespace {

class HubEnd : public test::HubTest {
 protected:
  using Closings = std::vector<std::pair<SubscriberId, CloseReason>>;
  using Owners = std::vector<OwnerId>;

  static EventFields fieldsOf(std::string_view data) {
    EventFields fields;
    fields.data = data;
    return fields;
  }

  void passAndTick(std::int64_t milliseconds) {
    pass(milliseconds);
    hub.tick(now);
  }
};

TEST_F(HubEnd, whoEndsTakesWhatThereIsAndNothingNewer) {
  openAndJoin(1, "k");
  takeWakes();
  publish("k", "1");
  send(1, "2");
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now));
  EXPECT_FALSE(hub.end(1, CloseReason::draining, now)) << "it is ending";
  publish("k", "3");
  EXPECT_EQ(hub.send(1, fieldsOf("4"), now, receipt), WriteOutcome::closed);
  EXPECT_EQ(hub.comment(1, "5", now), WriteOutcome::closed);
  EXPECT_EQ(tryJoin(1, "l"), JoinOutcome::closed);
  EXPECT_EQ(takeWakes(), Owners{1});
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::closed}}));
  EXPECT_EQ(read(1), event(1, "1") + event(2, "2") + end("closed"));
  EXPECT_EQ(read(1), "");
  EXPECT_FALSE(hub.end(2, CloseReason::closed, now)) << "there is none";
}

TEST_F(HubEnd, whoDoesNotTakeItInTimeIsGivenUp) {
  openAndJoin(1, "k");
  publish("k", "1");
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now));
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::closed}}));
  passAndTick(hub.options().flushFor.count() - 1);
  EXPECT_TRUE(idleTurn().closing.empty());
  passAndTick(1);
  EXPECT_EQ(takeWakes(), Owners{1});
  EXPECT_EQ(idleTurn().closing, (Closings{{1, CloseReason::lagging}}));
  passAndTick(100000);
  EXPECT_TRUE(idleTurn().closing.empty()) << "once";
}

// --- owners

TEST_F(HubEnd, anotherOwnerReadsOnFromWhereTheFirstWas) {
  openAndJoin(1, "k");
  publish("k", "1");
  idleTurn();
  takeWakes();
  EXPECT_NE(hub.assign(1, 2, nullptr, now), nullptr);
  EXPECT_EQ(takeWakes(), Owners{2});
  EXPECT_TRUE(collect(1).readable.empty());
  EXPECT_EQ(collect(2).readable, std::vector<SubscriberId>{1});
  EXPECT_EQ(read(1), event(1, "1"));
  turns.settle(2, now);
  publish("k", "2");
  EXPECT_EQ(takeWakes(), Owners{2});
  hub.closeAll(1, now);
  EXPECT_EQ(hub.census().stats().connections, 1U) << "it is no longer the first's";
  hub.closeAll(2, now);
  EXPECT_EQ(hub.census().stats().connections, 0U);
  EXPECT_EQ(hub.assign(1, 2, nullptr, now), nullptr);
}

TEST_F(HubEnd, whoIsReadByAReaderCountsAsTakenOver) {
  int reader = 0;
  openAndJoin(1, "k");
  openAndJoin(2, "k");
  EXPECT_EQ(hub.census().stats().takenOver, 0U);
  EXPECT_NE(hub.assign(1, 2, &reader, now), nullptr);
  EXPECT_NE(hub.assign(2, 2, &reader, now), nullptr);
  EXPECT_NE(hub.assign(2, 2, &reader, now), nullptr) << "again";
  EXPECT_EQ(hub.census().stats().takenOver, 2U);
  EXPECT_NE(hub.assign(2, 1, nullptr, now), nullptr);
  EXPECT_EQ(hub.census().stats().takenOver, 1U);
  hub.closeAll(2, now);
  hub.closeAll(1, now);
  EXPECT_EQ(hub.census().stats().takenOver, 0U);
}

// A stream that is closed at once is closed before its socket has come to the reactor.
TEST_F(HubEnd, whoIsAssignedWhileItEndsIsClosedByItsNewOwner) {
  openAndJoin(1, "k");
  openAndJoin(2, "k");
  publish("k", "1");
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now));
  EXPECT_TRUE(hub.end(2, CloseReason::durationCap, now));
  EXPECT_NE(hub.assign(1, 2, nullptr, now), nullptr);
  EXPECT_EQ(collect(1).closing, (Closings{{2, CloseReason::durationCap}}));
  EXPECT_NE(hub.assign(2, 2, nullptr, now), nullptr) << "it was told already";
  const Turn turn = collect(2);
  EXPECT_EQ(turn.closing, (Closings{{1, CloseReason::closed}, {2, CloseReason::durationCap}}));
  EXPECT_EQ(turn.readable, (std::vector<SubscriberId>{1, 2}));
  EXPECT_EQ(read(1), event(1, "1") + end("closed"));
}

TEST_F(HubEnd, recipientsFollowWhoComesAndGoes) {
  open(1);
  open(2);
  open(3, listening());
  join(1, "k", {"tick", "tock"});
  join(2, "k", {"tick"});
  join(3, "k", {"tick"});
  EXPECT_EQ(publish("k", "x", "tick").recipients, 2U);
  EXPECT_EQ(publish("k", "x", "tock").recipients, 1U);
  EXPECT_EQ(publish("k", "x").recipients, 0U);
  EXPECT_TRUE(hub.leave(1, "k", now));
  EXPECT_EQ(publish("k", "x", "tock").recipients, 0U);
  join(1, "k");
  EXPECT_EQ(publish("k", "x", "tock").recipients, 1U);
  hub.close(2, now);
  EXPECT_EQ(publish("k", "x", "tick").recipients, 1U);
}

// --- the beginning

TEST_F(HubEnd, theGreetingComesBeforeEverythingAndLeavesTheClientAtItsPosition) {
  publish("k", "1");
  open(1);
  join(1, "k");
  publish("k", "2");
  EXPECT_EQ(hub.greet(1, fieldsOf("state"), now), WriteOutcome::written);
  // Cut within it, the client has no cursor, and is greeted again.
  EXPECT_EQ(read(1), "data: state\n\nid: a.1\n\n" + event(2, "2"));
  EXPECT_EQ(hub.greet(1, fieldsOf("late"), now), WriteOutcome::closed);

  open(2, resuming("a.1"));
  join(2, "k");
  EXPECT_EQ(hub.greet(2, fieldsOf("state"), now), WriteOutcome::written);
  EXPECT_EQ(read(2), std::string(kContinued) + "data: state\n\n" + event(2, "2"));
}

TEST_F(HubEnd, theBeginningIsKnownBeforeTheFirstReadWhereNothingGoesBeforeIt) {
  publish("k", "1");
  OpenOptions options = quiet();
  options.retry = 250;
  open(1, options);
  join(1, "k");
  publish("k", "2");
  EXPECT_EQ(hub.view(1).beginning(), "a.1");
  EXPECT_EQ(read(1), "retry: 250\n\nid: a.1\n\n" + event(2, "2"));
  EXPECT_EQ(hub.view(1).beginning(), std::nullopt) << "it was said";

  open(2);
  join(2, "k");
  EXPECT_EQ(hub.greet(2, fieldsOf("state"), now), WriteOutcome::written);
  EXPECT_EQ(hub.view(2).beginning(), std::nullopt) << "who is cut within the greeting is to be greeted again";

  for (const char* const cursor : {"a.1", "b.9"}) {
    open(3, resuming(cursor));
    EXPECT_EQ(hub.view(3).beginning(), std::nullopt) << "its client has a cursor";
    join(3, "k");
    EXPECT_EQ(hub.view(3).beginning(), std::nullopt) << cursor;
    hub.close(3, now);
  }
  EXPECT_EQ(hub.view(4).beginning(), std::nullopt) << "there is no such connection";
}

TEST_F(HubEnd, greetSaysWhyNot) {
  open(1);
  EXPECT_EQ(hub.greet(2, fieldsOf("x"), now), WriteOutcome::closed);
  EXPECT_EQ(hub.greet(1, {}, now), WriteOutcome::empty);
  EventFields fields = fieldsOf("x");
  fields.type = "a\nb";
  EXPECT_EQ(hub.greet(1, fields, now), WriteOutcome::invalidType);
  const std::string large(hub.options().history.bytes, 'x');
  EXPECT_EQ(hub.greet(1, fieldsOf(large), now), WriteOutcome::tooLarge);
  EXPECT_EQ(read(1), "id: a.0\n\n");
}

TEST_F(HubEnd, theVerdictIsKnownOnceAChannelIsJoined) {
  HubOptions options = strict();
  options.history.events = 2;
  hub.configure(options);
  for (const char* const data : {"1", "2", "3"}) {
    publish("k", data);
  }
  open(1);
  join(1, "k");
  EXPECT_EQ(hub.view(1).verdict(), std::nullopt) << "it came without a cursor";
  EXPECT_EQ(hub.view(9).verdict(), std::nullopt);
  open(2, resuming("a.1"));
  EXPECT_EQ(hub.view(2).verdict(), std::nullopt);
  join(2, "k");
  EXPECT_EQ(hub.view(2).verdict(), Verdict::continued);
  open(3, resuming("a.0"));
  join(3, "k");
  EXPECT_EQ(hub.view(3).verdict(), Verdict::gap);
  open(4, resuming("z.0"));
  join(4, "k");
  EXPECT_EQ(hub.view(4).verdict(), Verdict::reset);
}

// --- drain

TEST_F(HubEnd, aDrainTellsEveryoneWhenToComeBackAndEndsThemInWaves) {
  constexpr SubscriberId kConnections = 20;
  for (SubscriberId id = 1; id <= kConnections; ++id) {
    open(id);
    join(id, "k");
    read(id);
  }
  readingTurn();
  hub.drain({Millis{10000}, Millis{1000}, Millis{4000}, 7}, now);
  hub.drain({Millis{1}, Millis{1}, Millis{1}, 0}, now);  // changes nothing
  EXPECT_TRUE(hub.census().stats().isDraining);
  EXPECT_EQ(hub.open(21, 1, quiet(), now), OpenOutcome::draining);

  std::vector<std::string> told;
  for (SubscriberId id = 1; id <= kConnections; ++id) {
    told.push_back(read(id));
  }
  std::vector<std::string> expected;
  for (int place = 0; place < 20; ++place) {
    expected.push_back("retry: " + std::to_string(1000 + 200 * place) + "\n\n");
  }
  EXPECT_TRUE(std::is_permutation(told.begin(), told.end(), expected.begin(), expected.end()));
  EXPECT_NE(told, expected) << "shuffled";

  std::size_t ended = 0;
  for (int wave = 0; wave < 10; ++wave) {
    passAndTick(wave == 0 ? 0 : 900);
    const Turn turn = idleTurn();
    EXPECT_EQ(turn.closing.size(), 2U) << wave;
    for (const auto& [id, reason] : turn.closing) {
      EXPECT_EQ(reason, CloseReason::draining);
      hub.close(id, now);
      ++ended;
    }
  }
  EXPECT_EQ(ended, kConnections);
  EXPECT_EQ(hub.census().stats().connections, 0U);
}

TEST_F(HubEnd, whoListensInTheProcessIsNotDrained) {
  open(1, listening());
  join(1, "k");
  hub.drain({}, now);
  passAndTick(100000);
  EXPECT_TRUE(idleTurn().closing.empty());
  publish("k", "x");
  EXPECT_EQ(read(1), event(1, "x"));
}

TEST_F(HubEnd, aDrainLeavesAnEarlierEndAsItIs) {
  constexpr SubscriberId kConnections = 10;
  OpenOptions options = quiet();
  options.subscriber.maxDuration = Millis{10};
  for (SubscriberId id = 1; id <= kConnections; ++id) {
    open(id, options);
    read(id);
  }
  hub.drain({Millis{100000}, Millis{1}, Millis{1}, 1}, now);
  passAndTick(10);
  const Closings closing = collect().closing;
  ASSERT_EQ(closing.size(), kConnections);
  const auto capped = std::count_if(closing.begin(), closing.end(),
                                    [](const auto& closed) { return closed.second == CloseReason::durationCap; });
  EXPECT_EQ(capped, 9) << "all but the first wave";
}

}  // namespace
}  // namespace millrace
