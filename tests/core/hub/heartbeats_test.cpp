#include "core/hub/heartbeats.hpp"

#include "core/hub/part_fixture.hpp"

#include <string>
#include <vector>

namespace millrace {
namespace {

class HeartbeatsTest : public test::PartTest {
 protected:
  static constexpr Millis kEvery{500};

  static SubscriberOptions beating(std::string type = "", std::string data = "") {
    SubscriberOptions options;
    options.heartbeat = {.every = kEvery, .type = std::move(type), .data = std::move(data)};
    return options;
  }
  // It was read to the end.
  Subscriber& addIdle(SubscriberId id, const SubscriberOptions& options = beating()) {
    scheduler.addSubscriber(1);
    Subscriber& subscriber = add(id, 1, options);
    subscriber.openedAt = now;
    subscriber.noteRead(true);
    return subscriber;
  }
  // What is written when it is due.
  std::string run(Subscriber& subscriber) {
    heartbeats.runDue(subscriber, now);
    EXPECT_EQ(subscriber.deadlines.heartbeat, now + kEvery);
    return subscriber.reader().preamble().text();
  }

  Scheduler scheduler{sequence};
  HubOptions hubOptions;
  Deadlines deadlines;
  Endings endings{sequence, scheduler, deadlines, hubOptions};
  Heartbeats heartbeats{sequence, scheduler, deadlines, endings};
};

TEST_F(HeartbeatsTest, anIdleSubscriberGetsAComment) {
  EXPECT_EQ(run(addIdle(1)), ": heartbeat\n\n");
  EXPECT_EQ(scheduler.takeWakes(), std::vector<OwnerId>{1});
}

TEST_F(HeartbeatsTest, theDataIsTheOptions) {
  EXPECT_NE(run(addIdle(1, beating("", "some text"))).find("some text"), std::string::npos);
  EXPECT_EQ(run(addIdle(2, beating("beat", "{}"))), "event: beat\ndata: {}\n\n");
}

TEST_F(HeartbeatsTest, anEventWithoutDataOfItsOwnTellsOfTheStream) {
  Subscriber& subscriber = addIdle(7, beating("beat"));
  join(subscriber, "k");
  now += Millis{300};
  EXPECT_EQ(run(subscriber),
            "event: beat\ndata: "
            R"({"streamId":"s7","uptimeMs":300,"events":0,"channels":1,"remainingMs":null})"
            "\n\n");
  Subscriber& capped = addIdle(8, beating("beat"));
  capped.deadlines.end = now + Millis{50};
  EXPECT_EQ(run(capped),
            "event: beat\ndata: "
            R"({"streamId":"s8","uptimeMs":0,"events":0,"channels":0,"remainingMs":50})"
            "\n\n");
}

TEST_F(HeartbeatsTest, whomNobodyReadsYetGetsNone) {
  Subscriber& subscriber = add(1, 1, beating());
  EXPECT_EQ(run(subscriber), "");
}

TEST_F(HeartbeatsTest, theyDoNotPileUpForWhoIsBlocked) {
  Subscriber& subscriber = addIdle(1);
  subscriber.offer.make();
  EXPECT_EQ(run(subscriber), "");
  subscriber.offer.answer(false);
  const std::string once = run(subscriber);
  EXPECT_FALSE(once.empty());
  EXPECT_EQ(run(subscriber), once) << "the one before is not sent yet";
}

TEST_F(HeartbeatsTest, whoHasSomethingToReadNeedsNone) {
  Subscriber& subscriber = addIdle(1);
  append(join(subscriber, "k"), "x");
  EXPECT_EQ(run(subscriber), "");
}

TEST_F(HeartbeatsTest, whatIsThereMayAllBeOfOtherTypes) {
  Subscriber& subscriber = addIdle(1);
  append(join(subscriber, "k", {"wanted"}), "x", "other");
  EXPECT_EQ(run(subscriber), ": heartbeat\n\n");
  const std::string once = subscriber.reader().preamble().text();
  EXPECT_EQ(run(subscriber), once) << "text is for it, whatever the types";
}

TEST_F(HeartbeatsTest, theClientLearnsHowFarItsStreamHasCome) {
  Subscriber& subscriber = addIdle(1);
  join(subscriber, "k");
  append(registry.channel("others", now), "x");
  append(registry.channel("others", now), "x");
  EXPECT_EQ(run(subscriber), ": heartbeat\n\nid: a.2\n\n");
  EXPECT_EQ(subscriber.reader().position(), 2U);
  subscriber.reader().preamble().text().clear();
  EXPECT_EQ(run(subscriber), ": heartbeat\n\n") << "it knows that";
}

TEST_F(HeartbeatsTest, theCursorIsNotBeyondWhatItHasYetToRead) {
  Subscriber& subscriber = addIdle(1);
  Channel& k = join(subscriber, "k", {"wanted"});
  append(registry.channel("others", now), "x");
  append(k, "x", "wanted");
  append(registry.channel("others", now), "x");
  EXPECT_EQ(run(subscriber), ": heartbeat\n\nid: a.1\n\n");
}

TEST_F(HeartbeatsTest, theCursorIsNotBehindWhatIsBeingSent) {
  Subscriber& subscriber = addIdle(1);
  Channel& k = join(subscriber, "k", {"wanted"});
  append(registry.channel("others", now), "x");
  append(k, "x", "wanted");
  Spans spans;
  subscriber.reader().gather(now, {}, spans);
  EXPECT_EQ(run(subscriber), ": heartbeat\n\n") << "the event, a.2, is on its way already";
  subscriber.reader().taken();
  EXPECT_EQ(subscriber.reader().position(), 2U);
}

TEST_F(HeartbeatsTest, theCursorIsNotBeyondWhatWasSentToItAlone) {
  Subscriber& subscriber = addIdle(1);
  join(subscriber, "k", {"wanted"});
  append(registry.channel("others", now), "x");
  LogEntry own;
  own.sequence = sequence.advance();
  own.bytes = "own ";
  subscriber.reader().own().append(own);
  append(registry.channel("others", now), "x");
  EXPECT_EQ(run(subscriber), ": heartbeat\n\nid: a.1\n\n");
}

// --- with a link

class PacedHeartbeatsTest : public HeartbeatsTest {
 protected:
  Subscriber& addPaced(std::string type = "") {
    SubscriberOptions options = beating(std::move(type));
    options.heartbeat.every = Millis(15000);
    options.heartbeat.adaptive = AdaptiveHeartbeat{};
    Subscriber& subscriber = addIdle(1, options);
    subscriber.assign(1, &socket);
    return subscriber;
  }

  int socket = 0;  // only its address counts
};

TEST_F(PacedHeartbeatsTest, theOwnerIsToLookFirstAndTheHeartbeatSaysWhenTheNextComes) {
  Subscriber& subscriber = addPaced();
  heartbeats.runDue(subscriber, now);
  EXPECT_EQ(scheduler.takeWakes(), std::vector<OwnerId>{1});
  EXPECT_TRUE(subscriber.linkPace->isAwaited());
  EXPECT_EQ(subscriber.reader().preamble().text(), "");
  heartbeats.noteLink(subscriber, {}, now);
  EXPECT_EQ(subscriber.reader().preamble().text(), ": heartbeat every=22500\n\n");
  EXPECT_EQ(subscriber.deadlines.heartbeat, now + Millis(5000)) << "whether it was taken";
}

TEST_F(PacedHeartbeatsTest, anEventTellsOfItInItsData) {
  Subscriber& subscriber = addPaced("beat");
  heartbeats.runDue(subscriber, now);
  heartbeats.noteLink(subscriber, {}, now);
  EXPECT_NE(subscriber.reader().preamble().text().find(R"("everyMs":22500)"), std::string::npos);
}

TEST_F(PacedHeartbeatsTest, aDeadLinkEndsTheSubscriberAtOnce) {
  Subscriber& subscriber = addPaced();
  heartbeats.runDue(subscriber, now);
  heartbeats.noteLink(subscriber, {}, now);
  LinkState dead;
  dead.unacknowledged = 1;
  dead.unanswered = 5;
  for (int look = 1; look <= 2; ++look) {
    EXPECT_FALSE(subscriber.isEnding());
    now += Millis(5000);
    dead.sinceAcknowledgement = Millis(5000 * look);
    heartbeats.runDue(subscriber, now);
    heartbeats.noteLink(subscriber, dead, now);
  }
  EXPECT_TRUE(subscriber.isEnding());
  EXPECT_EQ(subscriber.closeReason, CloseReason::disconnected);
}

TEST_F(PacedHeartbeatsTest, withoutASocketTheIntervalStays) {
  Subscriber& subscriber = addPaced();
  subscriber.assign(1, nullptr);
  heartbeats.runDue(subscriber, now);
  EXPECT_EQ(subscriber.reader().preamble().text(), ": heartbeat\n\n");
  EXPECT_EQ(subscriber.deadlines.heartbeat, now + Millis(15000));
  EXPECT_EQ(subscriber.linkPace, nullptr);
}

}  // namespace
}  // namespace millrace
