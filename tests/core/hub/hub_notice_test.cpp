// What a stream says of itself: that it is ours, and that it has come to its end.
#include "core/hub/hub_fixture.hpp"

#include <string>
#include <vector>

namespace millrace {
namespace {

class HubNotice : public test::HubTest {
 protected:
  static OpenOptions closingAfter(std::string_view type) {
    OpenOptions options = quiet();
    options.subscriber.closeAfter = {typeHash(type)};
    return options;
  }
};

TEST_F(HubNotice, theFirstBytesSayWhetherTheStreamResumes) {
  open(1);
  EXPECT_EQ(readAll(1), std::string(kBeginOfItsOwn) + cursor(0));
  open(2);
  join(2, "k");
  EXPECT_EQ(readAll(2), std::string(kBegin) + cursor(0));
  EXPECT_EQ(readAll(2), "") << "once";
}

TEST_F(HubNotice, theyComeBeforeEverythingElse) {
  publish("k", "1");
  OpenOptions options = resuming("a.0");
  options.retry = 5;
  open(1, options);
  join(1, "k");
  EventFields state;
  state.data = "state";
  EXPECT_EQ(hub.greet(1, state, now), WriteOutcome::written);
  EXPECT_EQ(readAll(1),
            std::string(kBegin) + "retry: 5\n\n" + std::string(kContinued) + "data: state\n\n" + event(1, "1"));
}

TEST_F(HubNotice, aListenerInTheProcessGetsNone) {
  open(1, listening());
  join(1, "k");
  publish("k", "1");
  hub.end(1, CloseReason::closed, now);
  EXPECT_EQ(readAll(1), event(1, "1"));
}

TEST_F(HubNotice, theApplicationsReasonIsTold) {
  openAndJoin(1, "k");
  publish("k", "1");
  EXPECT_TRUE(hub.end(1, CloseReason::closed, now, "quota \"spent\""));
  EXPECT_EQ(readAll(1), event(1, "1") + end("quota \\\"spent\\\""));
}

TEST_F(HubNotice, aStreamThatEndsBeforeItIsReadSaysBoth) {
  open(1);
  send(1, "1");
  hub.end(1, CloseReason::closed, now);
  EXPECT_EQ(readAll(1), std::string(kBeginOfItsOwn) + cursor(0) + event(1, "1") + end("closed"));
}

TEST_F(HubNotice, whoHasGoneOrLagsIsToldNothing) {
  for (const CloseReason reason : {CloseReason::disconnected, CloseReason::lagging, CloseReason::unread}) {
    const auto id = 10 + static_cast<SubscriberId>(reason);
    openAndJoin(id, "k");
    hub.end(id, reason, now);
    EXPECT_EQ(readAll(id), "") << closeReasonName(reason);
  }
}

TEST_F(HubNotice, theLastEventIsFollowedByTheEndWhateverWasPublishedSince) {
  openAndJoin(1, "k", closingAfter("done"));
  publish("k", "1", "done");
  publish("k", "2");
  EXPECT_EQ(readAll(1), "event: done\nid: a.1\ndata: 1\n\n");
  publish("k", "3");
  EXPECT_EQ(readAll(1), end("completed"));
  EXPECT_FALSE(hub.view(1).hasPending());
}

TEST_F(HubNotice, soItIsWhereTheLastEventIsTheConnectionsOwn) {
  openAndJoin(1, "k", closingAfter("done"));
  send(1, "1");
  EXPECT_EQ(readAll(1), event(1, "1"));
  publish("k", "2", "done");
  send(1, "never given");
  EXPECT_EQ(readAll(1), "event: done\nid: a.2\ndata: 2\n\n");
  EXPECT_EQ(readAll(1), end("completed"));
}

TEST_F(HubNotice, theEndIsNotLostWhereALimitLeavesItOut) {
  openAndJoin(1, "k", closingAfter("done"));
  publish("k", "1", "done");
  readAll(1);
  Spans spans;
  ReadLimits none;
  none.bytes = 0;
  turns.read(1, now, none, spans);
  EXPECT_TRUE(spans.bytes.empty());
  EXPECT_TRUE(turns.taken(1, now));
  EXPECT_EQ(readAll(1), end("completed"));
}

TEST_F(HubNotice, theEndIsWholeWhereverItIsCut) {
  const std::size_t size = (event(100, "1") + end("closed")).size();
  for (std::size_t cut = 0; cut < size; ++cut) {
    const SubscriberId id = 100 + cut;
    openAndJoin(id, std::to_string(cut));
    publish(std::to_string(cut), "1");
    hub.end(id, CloseReason::closed, now);
    Spans spans;
    turns.read(id, now, {}, spans);
    ASSERT_EQ(spans.bytes.size(), 2U);
    std::string part(spans.bytes[0].substr(0, cut));
    const bool isInFirst = cut < spans.bytes[0].size();
    const std::size_t ofSecond = isInFirst ? 0 : std::min(cut - spans.bytes[0].size(), spans.bytes[1].size() - 1);
    part.append(spans.bytes[1].substr(0, ofSecond));
    turns.takenUpTo(id, isInFirst ? spans.bytes[0].data() + cut : spans.bytes[1].data() + ofSecond, now);
    EXPECT_EQ(part + readAll(id), event(cut + 1, "1") + end("closed")) << "cut at " << cut;
    EXPECT_FALSE(hub.view(id).hasPending());
  }
}

TEST_F(HubNotice, aChannelsReaderIsWantedBackAtItsLongestDurationAndADrain) {
  OpenOptions options = quiet();
  options.subscriber.maxDuration = Millis(1500);
  openAndJoin(1, "k", options);
  open(2, options);
  readAll(2);
  pass(1500);
  hub.tick(now);
  const std::string complete = "data: {\"reason\":\"duration_cap\",\"duration\":1.500}\n\n";
  EXPECT_EQ(readAll(1), "event: complete\nid: a.1\n" + complete + end("duration_cap", true));
  EXPECT_EQ(readAll(2), "event: complete\nid: a.2\n" + complete + end("duration_cap"))
      << "there is nothing to come back for";
}

TEST_F(HubNotice, aDrainSaysWhenToComeBackAndThatItIsOne) {
  openAndJoin(1, "k");
  publish("k", "1");
  DrainOptions drain;
  drain.within = Millis{0};
  drain.retryFrom = Millis(7);
  drain.retrySpread = Millis{0};
  hub.drain(drain, now);
  hub.tick(now);
  EXPECT_EQ(readAll(1), "retry: 7\n\n" + event(1, "1") + end("draining", true));
}

class HubWithoutNotices : public HubNotice {
 protected:
  static OpenOptions silent() {
    OpenOptions options = closingAfter("done");
    options.subscriber.hasNotices = false;
    return options;
  }

  // Why connections end, since the last call.
  std::vector<CloseReason> closing() {
    std::vector<CloseReason> reasons;
    for (const auto& [id, reason] : idleTurn().closing) {
      reasons.push_back(reason);
    }
    return reasons;
  }
};

TEST_F(HubWithoutNotices, itHasNothingButTheCursorAndTheEvents) {
  OpenOptions options = silent();
  options.greeting = "hello";
  open(1, options);
  join(1, "k");
  EXPECT_EQ(readAll(1), ": hello\n\n" + cursor(0));
  publish("k", "1", "done");
  EXPECT_EQ(readAll(1), "event: done\nid: a.1\ndata: 1\n\n");
  EXPECT_EQ(readAll(1), "");
  EXPECT_EQ(closing(), (std::vector{CloseReason::completed}));
}

TEST_F(HubWithoutNotices, whatTheApplicationEndsEndsAfterTheLastEvent) {
  openAndJoin(1, "k", silent());
  publish("k", "1");
  hub.end(1, CloseReason::closed, now);
  EXPECT_EQ(readAll(1), event(1, "1"));
  EXPECT_EQ(closing(), (std::vector{CloseReason::closed}));
}

TEST_F(HubWithoutNotices, everyOtherEndBreaksItOff) {
  for (const CloseReason reason : {CloseReason::draining, CloseReason::durationCap}) {
    openAndJoin(1, "k", silent());
    hub.end(1, reason, now);
    EXPECT_EQ(closing(), (std::vector{CloseReason::disconnected})) << closeReasonName(reason);
    hub.close(1, now);
  }
}

TEST_F(HubWithoutNotices, aCursorFromWhichItCannotGoOnBreaksItOff) {
  publish("k", "1");
  OpenOptions options = silent();
  options.lastEventId = "b.1";
  open(1, options);
  join(1, "k");
  EXPECT_EQ(readAll(1), "");
  EXPECT_EQ(closing(), (std::vector{CloseReason::lagging}));
}

}  // namespace
}  // namespace millrace
