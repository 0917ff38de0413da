// Events that wait because of their channel's policy: when they get their numbers, and who lets them go.
#include "core/hub/hub_fixture.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace millrace {
namespace {

class HubFlow : public test::HubTest {
 protected:
  void SetUp() override {
    PolicySettings rate;
    rate.rate = RateRule{{10, 1}};
    PolicySettings throttle;
    throttle.throttleEvery = Millis(1000);
    PolicySettings merge;
    merge.mergeWindow = Millis(1000);
    PolicySettings batch;
    batch.batchEvery = Millis(1000);
    options.policies = {{"rate", "rate:*", rate},
                        {"throttle", "throttle:*", throttle},
                        {"merge", "merge:*", merge},
                        {"batch", "batch:*", batch}};
    hub.configure(options);
  }

  PublishState rated(std::string_view data) { return publish("rate:1", data).state; }
  PublishState throttled(std::string_view data, std::string_view key = "k") {
    PublishOptions keyed;
    keyed.throttleKey = key;
    return publish("throttle:1", data, "", keyed).state;
  }
  // To the next deadline.
  void passToNext() {
    ASSERT_NE(hub.nextDeadline(), kNever);
    now = hub.nextDeadline();
    hub.tick(now);
  }
  std::string next(SubscriberId id) {
    passToNext();
    return read(id);
  }

  HubOptions options = strict();
};

TEST_F(HubFlow, aHeldEventGetsItsNumberWhenItLeaves) {
  openAndJoin(1, "rate:1");
  EXPECT_EQ(rated("1"), PublishState::sent);
  EXPECT_EQ(receipt.id, "a.1");
  EXPECT_EQ(receipt.recipients, 1U);
  EXPECT_EQ(rated("2"), PublishState::held);
  EXPECT_EQ(receipt.id, "");
  EXPECT_EQ(receipt.recipients, 0U);
  publish("else", "x");
  EXPECT_EQ(hub.census().stats().heldEvents, 1U);
  EXPECT_EQ(read(1), event(1, "1"));
  EXPECT_EQ(hub.nextDeadline(), now + Millis(100));
  EXPECT_EQ(next(1), event(3, "2"));
  EXPECT_EQ(hub.census().stats().heldEvents, 0U);
}

TEST_F(HubFlow, aBatchLeavesTogether) {
  openAndJoin(1, "batch:1");
  const Instant began = now;
  EXPECT_EQ(publish("batch:1", "1").state, PublishState::sent);
  EXPECT_EQ(read(1), event(1, "1"));
  now += Millis(10);
  EXPECT_EQ(publish("batch:1", "2").state, PublishState::held);
  now += Millis(500);
  EXPECT_EQ(publish("batch:1", "3").state, PublishState::held);
  EXPECT_EQ(read(1), "");
  EXPECT_EQ(hub.nextDeadline(), began + Millis(1000));
  EXPECT_EQ(next(1), event(2, "2") + event(3, "3"));
  EXPECT_EQ(publish("batch:1", "4").state, PublishState::sent) << "in the same instant";
  now += Millis(1);
  EXPECT_EQ(publish("batch:1", "5").state, PublishState::held);
  EXPECT_EQ(next(1), event(4, "4") + event(5, "5"));
  now += Millis(1000);
  EXPECT_EQ(publish("batch:1", "6").state, PublishState::sent);
}

TEST_F(HubFlow, aBatchThatIsFullLeavesAtOnceAndLosesNothing) {
  openAndJoin(1, "batch:1");
  publish("batch:1", "0");
  static_cast<void>(read(1));
  now += Millis(1);
  for (int number = 1; number <= 1001; ++number) {
    EXPECT_EQ(publish("batch:1", std::to_string(number)).state, PublishState::held);
  }
  EXPECT_EQ(hub.nextDeadline(), now);
  hub.tick(now);
  EXPECT_EQ(hub.census().stats().heldEvents, 0U);
  const std::string bytes = read(1);
  EXPECT_TRUE(bytes.starts_with(event(2, "1"))) << bytes.substr(0, 100);
  EXPECT_TRUE(bytes.ends_with(event(1002, "1001")));
}

TEST_F(HubFlow, whatIsDueGoesFirstHoweverLateTheTickIs) {
  openAndJoin(1, "rate:1");
  rated("1");
  rated("2");
  pass(500);
  EXPECT_EQ(rated("3"), PublishState::held) << "the rate's burst is one, and the second takes it";
  EXPECT_EQ(read(1), event(1, "1") + event(2, "2"));
  EXPECT_EQ(next(1), event(3, "3"));
}

TEST_F(HubFlow, anEventThatIsReplacedIsToldSo) {
  openAndJoin(1, "throttle:1");
  EXPECT_EQ(throttled("1"), PublishState::sent);
  EXPECT_EQ(throttled("2"), PublishState::held);
  EXPECT_EQ(throttled("3"), PublishState::merged);
  EXPECT_EQ(read(1), event(1, "1"));
  EXPECT_EQ(next(1), event(2, "3"));
}

TEST_F(HubFlow, aMergedEventSaysForHowManyItStands) {
  openAndJoin(1, "merge:1");
  PublishOptions keyed;
  keyed.mergeKey = "k";
  for (int count = 0; count < 3; ++count) {
    keyed.at = UnixTime(Millis(count));
    publish("merge:1", "{}", "log", keyed);
  }
  EXPECT_EQ(read(1), "event: log\nid: a.1\ndata: {}\n\n");
  EXPECT_EQ(next(1),
            "event: log\nid: a.2\n"
            "data: {\"count\":3,\"firstAt\":\"1970-01-01T00:00:00.000Z\",\"lastAt\":\"1970-01-01T00:00:00.002Z\"}\n\n");
}

TEST_F(HubFlow, aHeldEventKeepsWhatItWasPublishedWith) {
  rated("1");
  PublishOptions kept;
  kept.ttl = Millis(150);
  kept.conflateKey = "price";
  EventFields fields;
  fields.type = "tick";
  fields.id = "order-1";
  fields.retry = 7;
  fields.data = "x";
  ASSERT_EQ(tryPublish("rate:1", fields, kept), WriteOutcome::written);
  EXPECT_EQ(receipt.state, PublishState::held);
  open(1);
  join(1, "rate:1");
  read(1);
  EXPECT_EQ(next(1), "event: tick\nid: order-1\nretry: 7\ndata: x\n\n" + cursor(2));
  pass(50);
  open(2, resuming("a.1"));
  join(2, "rate:1");
  EXPECT_EQ(read(2).find("order-1"), std::string::npos) << "its time counts from when it was published";
}

TEST_F(HubFlow, whatIsInvalidIsRefusedAndNotHeld) {
  rated("1");
  EventFields fields;
  fields.type = "a\nb";
  EXPECT_EQ(tryPublish("rate:1", fields), WriteOutcome::invalidType);
  fields.type = "";
  fields.id = "a.1";
  EXPECT_EQ(tryPublish("rate:1", fields), WriteOutcome::invalidId);
  const std::string large(std::size_t{9} * 1024 * 1024, 'x');
  fields.id.reset();
  fields.data = large;
  EXPECT_EQ(tryPublish("rate:1", fields), WriteOutcome::dataTooLarge);
  EXPECT_EQ(hub.census().stats().heldEvents, 0U);
}

TEST_F(HubFlow, aFullBufferRefusesWhereThatIsTheRule) {
  RateRule refuses{{10, 1}};
  refuses.bufferEvents = 1;
  refuses.overflow = RateOverflow::refuse;
  options.policies[0].settings.rate = refuses;
  hub.configure(options);
  rated("1");
  rated("2");
  EventFields fields;
  fields.data = "3";
  EXPECT_EQ(tryPublish("rate:1", fields), WriteOutcome::rateLimited);
  EXPECT_EQ(receipt.retryAfter, Millis(100));
  EXPECT_EQ(hub.metrics().policies()[0].dropped, 0U);
}

TEST_F(HubFlow, aFullBufferLosesTheOldestWhichIsCounted) {
  RateRule small{{10, 1}};
  small.bufferEvents = 2;
  options.policies[0].settings.rate = small;
  hub.configure(options);
  openAndJoin(1, "rate:1");
  for (const std::string_view data : {"1", "2", "3", "4", "5"}) {
    rated(data);
  }
  EXPECT_EQ(hub.metrics().policies()[0].dropped, 2U);
  EXPECT_EQ(hub.census().stats().heldEvents, 2U);
  hub.flush("rate:1", now);
  EXPECT_EQ(read(1), event(1, "1") + event(2, "4") + event(3, "5"));
}

TEST_F(HubFlow, aChannelIsFlushedOrAllAre) {
  openAndJoin(1, "rate:1");
  join(1, "throttle:1");
  rated("1");
  rated("2");
  throttled("1");
  throttled("2");
  readingTurn();
  hub.flush("rate:1", now);
  EXPECT_EQ(read(1), event(3, "2"));
  hub.flush("nobody's", now);
  hub.flush(std::nullopt, now);
  EXPECT_EQ(read(1), event(4, "2"));
  EXPECT_EQ(hub.census().stats().heldEvents, 0U);
  idleTurn();
  EXPECT_EQ(hub.census().stats().inboxBytes, 0U);
}

TEST_F(HubFlow, whenTheHubDrainsEverythingGoesBeforeTheEnd) {
  openAndJoin(1, "rate:1");
  rated("1");
  rated("2");
  rated("3");
  DrainOptions drain;
  drain.within = Millis(0);
  drain.retryFrom = Millis(0);
  drain.retrySpread = Millis(0);
  hub.drain(drain, now);
  EXPECT_EQ(rated("4"), PublishState::sent) << "nothing waits any more";
  hub.tick(now);
  EXPECT_EQ(read(1),
            "retry: 0\n\n" + event(1, "1") + event(2, "2") + event(3, "3") + event(4, "4") + end("draining", true));
}

// Half of it may wait in all channels together: those without a policy are never refused for that.
TEST_F(HubFlow, heldBytesCountInTheInbox) {
  options.inboxBytes = 20000;
  hub.configure(options);
  rated("1");
  const std::string data(1000, 'x');
  for (int count = 0; count < 30; ++count) {
    rated(data);
    EXPECT_LE(hub.census().stats().inboxBytes, 12000U);
  }
  EXPECT_GT(hub.metrics().policies()[0].dropped, 15U) << "the channel's own oldest";
  publish("rate:2", "1");
  EventFields fields;
  fields.data = data;
  EXPECT_EQ(tryPublish("rate:2", fields), WriteOutcome::rateLimited) << "nothing of its own could be dropped";
  PublishOptions keyed;
  keyed.throttleKey = "k";
  EXPECT_EQ(tryPublish("throttle:1", fields, keyed), WriteOutcome::written);
  EXPECT_EQ(tryPublish("throttle:1", fields, keyed), WriteOutcome::rateLimited);
  EXPECT_EQ(tryPublish("else", fields), WriteOutcome::written);
  hub.flush(std::nullopt, now);
  EXPECT_EQ(hub.census().stats().inboxBytes, 0U);
  EXPECT_EQ(tryPublish("throttle:1", fields, keyed), WriteOutcome::written);
  EXPECT_EQ(receipt.state, PublishState::held);
}

TEST_F(HubFlow, aChannelInWhichSomethingWaitsIsKept) {
  options.channelTtl = Millis(10);
  options.history.events = 0;
  options.policies[0].settings.rate = RateRule{{0.001, 1}};
  hub.configure(options);
  rated("1");
  rated("2");
  pass(60001);
  hub.tick(now);
  EXPECT_EQ(hub.census().stats().heldEvents, 1U);
  EXPECT_EQ(hub.census().stats().channels, 1U);
  hub.flush(std::nullopt, now);
  pass(2000000);
  hub.tick(now);
  EXPECT_EQ(hub.census().stats().channels, 0U);
  EXPECT_EQ(hub.nextDeadline(), kNever);
}

TEST_F(HubFlow, whenTheRulesAreGoneWhatWaitsLeaves) {
  openAndJoin(1, "rate:1");
  rated("1");
  rated("2");
  rated("3");
  EXPECT_EQ(read(1), event(1, "1"));
  hub.configure(strict());
  EXPECT_EQ(rated("4"), PublishState::sent);
  EXPECT_EQ(read(1), event(2, "2") + event(3, "3") + event(4, "4"));
}

// Many similar events: one a second leaves, and memory does not grow.
TEST_F(HubFlow, aFloodOfOneKeyIsOneEventAWindow) {
  openAndJoin(1, "merge:1");
  PublishOptions keyed;
  keyed.mergeKey = "k";
  std::size_t mostBytes = 0;
  for (int millis = 0; millis < 5000; ++millis) {
    for (int count = 0; count < 100; ++count) {
      publish("merge:1", R"({"message":"timeout"})", "", keyed);
    }
    mostBytes = std::max(mostBytes, hub.census().stats().inboxBytes);
    readingTurn();
    pass(1);
    hub.tick(now);
  }
  hub.flush(std::nullopt, now);
  EXPECT_EQ(hub.turns().deflates().newest(), 6U) << "the first, and one for each second";
  EXPECT_LT(mostBytes, 1000U);
}

}  // namespace
}  // namespace millrace
