#include "core/flow/channel_flow.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

class ChannelFlowTest : public ::testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  FlowOutcome offer(std::string_view data, std::string_view mergeKey = "", std::string_view throttleKey = "") {
    FlowEvent event;
    event.fields.data = data;
    event.mergeKey = mergeKey;
    event.throttleKey = throttleKey;
    event.at = UnixTime(now.time_since_epoch());
    return flow.offer(event, rules, NewWindows::open, HoldRoom::there, now);
  }
  FlowOutcome throttled(std::string_view data, std::string_view key = "k") { return offer(data, "", key); }

  static std::string dataOf(const HeldEvent& event) { return std::string(event.view().fields.data.value_or("")); }
  Texts release() {
    Texts all;
    while (const std::optional<HeldEvent> event = flow.release(rules, now)) {
      all.push_back(dataOf(*event));
    }
    return all;
  }
  Texts flush() {
    Texts all;
    while (const std::optional<HeldEvent> event = flow.flush(rules, now)) {
      all.push_back(dataOf(*event));
    }
    return all;
  }
  void pass(int millis) { now += Millis(millis); }

  FlowRules rules;
  ChannelFlow flow;
  Instant now{Millis(1000)};
};

class ChannelRate : public ChannelFlowTest {
 protected:
  ChannelRate() { rules.rate.limit = {10, 2}; }
};

TEST_F(ChannelRate, beyondTheBurstEventsWaitAndLeaveInOrder) {
  EXPECT_EQ(offer("1"), FlowOutcome::passes);
  EXPECT_EQ(offer("2"), FlowOutcome::passes);
  EXPECT_EQ(offer("3"), FlowOutcome::held);
  EXPECT_EQ(offer("4"), FlowOutcome::held);
  EXPECT_EQ(flow.next(rules, now), now + Millis(100));
  EXPECT_EQ(release(), Texts{});
  pass(100);
  EXPECT_EQ(release(), Texts{"3"});
  EXPECT_EQ(offer("5"), FlowOutcome::held) << "behind the fourth";
  pass(200);
  EXPECT_EQ(release(), (Texts{"4", "5"}));
  EXPECT_EQ(flow.next(rules, now), kNever);
  EXPECT_EQ(flow.events(), 0U);
  EXPECT_EQ(flow.bytes(), 0U);
}

TEST_F(ChannelRate, aFullBufferLosesItsOldest) {
  rules.rate.bufferEvents = 2;
  for (const char* const data : {"1", "2", "3", "4", "5"}) {
    EXPECT_NE(offer(data), FlowOutcome::refused);
  }
  EXPECT_EQ(flow.takeDropped(), 1U);
  EXPECT_EQ(flow.takeDropped(), 0U);
  EXPECT_EQ(flush(), (Texts{"4", "5"}));
}

TEST_F(ChannelRate, theBufferIsFullByBytesToo) {
  const std::string large(400, 'x');
  rules.rate.bufferBytes = 1400;
  offer("1");
  offer("2");
  EXPECT_EQ(offer(large), FlowOutcome::held);
  EXPECT_EQ(offer(large), FlowOutcome::held);
  EXPECT_EQ(flow.events(), 2U);
  EXPECT_EQ(offer(large), FlowOutcome::held);
  EXPECT_EQ(flow.events(), 2U);
  EXPECT_EQ(flow.takeDropped(), 1U);
  EXPECT_EQ(offer(std::string(2000, 'x')), FlowOutcome::refused) << "it would not fit into the empty buffer";
  EXPECT_EQ(flow.takeDropped(), 0U);
}

TEST_F(ChannelRate, oneThatIsLargerThanTheBufferPushesNothingOut) {
  rules.rate.bufferBytes = 2000;
  rules.throttleEvery = Millis(50);
  const std::string large(5000, 'x');
  offer("1");
  offer("2", "", "k");
  EXPECT_EQ(offer(large, "", "k"), FlowOutcome::held);
  EXPECT_EQ(offer("3"), FlowOutcome::held);
  EXPECT_EQ(offer(large), FlowOutcome::refused);
  pass(50);
  EXPECT_EQ(release(), Texts{});
  EXPECT_EQ(flow.takeDropped(), 0U);
  EXPECT_EQ(flush(), (Texts{"3", large}));
  EXPECT_EQ(offer(large), FlowOutcome::held) << "where nothing else waits, it does";
}

TEST_F(ChannelRate, aFullBufferMayRefuse) {
  rules.rate.bufferEvents = 1;
  rules.rate.overflow = RateOverflow::refuse;
  offer("1");
  offer("2");
  EXPECT_EQ(offer("3"), FlowOutcome::held);
  EXPECT_EQ(offer("4"), FlowOutcome::refused);
  EXPECT_EQ(flow.nextRoom(rules, now), now + Millis(100));
  pass(100);
  EXPECT_EQ(release(), Texts{"3"});
  EXPECT_EQ(offer("5"), FlowOutcome::held);
}

TEST_F(ChannelRate, withoutABufferItOnlyRefuses) {
  rules.rate.bufferEvents = 0;
  offer("1");
  offer("2");
  EXPECT_EQ(offer("3"), FlowOutcome::refused);
  pass(100);
  EXPECT_EQ(offer("3"), FlowOutcome::passes);
}

TEST_F(ChannelRate, whenThereIsNoRateAnyMoreWhatWaitsLeaves) {
  for (const char* const data : {"1", "2", "3", "4"}) {
    offer(data);
  }
  rules = {};
  EXPECT_EQ(flow.next(rules, now), now);
  EXPECT_EQ(release(), (Texts{"3", "4"}));
}

class ChannelThrottle : public ChannelFlowTest {
 protected:
  ChannelThrottle() { rules.throttleEvery = Millis(1000); }
};

TEST_F(ChannelThrottle, theFirstAndThenTheNewestOfEachTime) {
  EXPECT_EQ(throttled("1"), FlowOutcome::passes);
  pass(100);
  EXPECT_EQ(throttled("2"), FlowOutcome::held);
  pass(100);
  EXPECT_EQ(throttled("3"), FlowOutcome::merged);
  EXPECT_EQ(flow.next(rules, now), now + Millis(800));
  EXPECT_EQ(release(), Texts{});
  pass(800);
  EXPECT_EQ(release(), Texts{"3"});
  pass(999);
  EXPECT_EQ(throttled("4"), FlowOutcome::held) << "a second has not passed since the third left";
  pass(1);
  EXPECT_EQ(release(), Texts{"4"});
  pass(1000);
  EXPECT_EQ(release(), Texts{});
  EXPECT_EQ(throttled("5"), FlowOutcome::passes);
}

TEST_F(ChannelThrottle, whenTheRuleIsGoneAnEventStillWaitsBehindOneOfItsKey) {
  throttled("1");
  throttled("2");
  rules = {};
  EXPECT_EQ(throttled("3"), FlowOutcome::merged);
  EXPECT_EQ(throttled("4", "another"), FlowOutcome::passes);
  pass(1000);
  EXPECT_EQ(release(), Texts{"3"});
  EXPECT_EQ(throttled("5"), FlowOutcome::passes);
  EXPECT_EQ(throttled("6"), FlowOutcome::passes);
}

TEST_F(ChannelThrottle, anEventIsKeptAsLongAsAnyThatItStandsFor) {
  FlowEvent event;
  event.throttleKey = "k";
  const auto expiring = [&](Instant expires) {
    event.expires = expires;
    return flow.offer(event, rules, NewWindows::open, HoldRoom::there, now);
  };
  EXPECT_EQ(expiring(kNever), FlowOutcome::passes);
  EXPECT_EQ(expiring(now + Millis(2000)), FlowOutcome::held);
  EXPECT_EQ(expiring(now + Millis(10)), FlowOutcome::merged);
  pass(1000);
  const std::optional<HeldEvent> held = flow.release(rules, now);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->view().expires, now + Millis(1000));
}

TEST_F(ChannelThrottle, keysDoNotWaitForEachOtherAndWithoutOneNothingWaits) {
  EXPECT_EQ(throttled("1", "a"), FlowOutcome::passes);
  EXPECT_EQ(throttled("2", "b"), FlowOutcome::passes);
  EXPECT_EQ(throttled("3", "a"), FlowOutcome::held);
  EXPECT_EQ(offer("4"), FlowOutcome::passes);
  EXPECT_EQ(offer("5", "merge key, and no such rule"), FlowOutcome::passes);
}

TEST_F(ChannelThrottle, aLateReleaseIsNoReasonForTwoAtOnce) {
  throttled("1");
  throttled("2");
  pass(5000);
  EXPECT_EQ(release(), Texts{"2"});
  EXPECT_EQ(throttled("3"), FlowOutcome::held);
}

TEST_F(ChannelThrottle, flushLetsEverythingGoAsTheWindowsEnd) {
  throttled("a1", "a");
  pass(100);
  throttled("b1", "b");
  throttled("b2", "b");
  throttled("a2", "a");
  EXPECT_EQ(flush(), (Texts{"a2", "b2"}));
  EXPECT_EQ(throttled("a3", "a"), FlowOutcome::held);
}

TEST_F(ChannelThrottle, windowsThatHaveEndedAreForgotten) {
  for (int key = 0; key < 100; ++key) {
    throttled("x", std::to_string(key));
  }
  EXPECT_EQ(flow.windows(), 100U);
  EXPECT_FALSE(flow.isIdle(now));
  pass(1000);
  flow.forgetEnded(now);
  EXPECT_EQ(flow.windows(), 0U);
  EXPECT_TRUE(flow.isIdle(now));
}

TEST_F(ChannelThrottle, moreKeysThanThereMayBeWindowsPass) {
  for (int key = 0; key < 2000; ++key) {
    EXPECT_EQ(throttled("x", std::to_string(key)), FlowOutcome::passes);
  }
  EXPECT_EQ(flow.windows(), 1000U);
  EXPECT_EQ(throttled("y", "1999"), FlowOutcome::passes);
  EXPECT_EQ(throttled("y", "999"), FlowOutcome::held);
}

class ChannelMerge : public ChannelFlowTest {
 protected:
  ChannelMerge() { rules.mergeWindow = Millis(1000); }

  static std::string merged(std::string_view head, int count, std::string_view firstAt, std::string_view lastAt) {
    return std::string(head) + R"("count":)" + std::to_string(count) + R"(,"firstAt":"1970-01-01T00:00:)" +
           std::string(firstAt) + R"(Z","lastAt":"1970-01-01T00:00:)" + std::string(lastAt) + R"(Z"})";
  }
};

TEST_F(ChannelMerge, theLastSaysForHowManyItStands) {
  EXPECT_EQ(offer("{}", "k"), FlowOutcome::passes);
  for (int count = 0; count < 3; ++count) {
    pass(100);
    EXPECT_EQ(offer("{}", "k"), count == 0 ? FlowOutcome::held : FlowOutcome::merged);
  }
  pass(700);
  EXPECT_EQ(release(), Texts{merged("{", 4, "01.000", "01.300")});
  offer(R"({"n":1})", "k");
  offer(R"({"n":2})", "k");
  pass(1000);
  EXPECT_EQ(release(), Texts{merged(R"({"n":2},)", 2, "02.000", "02.000").replace(6, 1, "")}) << "of its window alone";
}

TEST_F(ChannelMerge, oneThatStandsForItselfSaysNothing) {
  offer("{}", "k");
  offer("{}", "k");
  pass(1000);
  EXPECT_EQ(release().size(), 1U);
  offer("{}", "k");
  pass(1000);
  EXPECT_EQ(release(), Texts{"{}"});
}

TEST_F(ChannelMerge, whatIsNoObjectStaysAsItIs) {
  offer("[1]", "k");
  offer("[2]", "k");
  FlowEvent raw;
  raw.fields.data = "{raw}";
  raw.fields.isRaw = true;
  raw.mergeKey = "raw";
  EXPECT_EQ(flow.offer(raw, rules, NewWindows::open, HoldRoom::there, now), FlowOutcome::passes);
  EXPECT_EQ(flow.offer(raw, rules, NewWindows::open, HoldRoom::there, now), FlowOutcome::held);
  pass(1000);
  const Texts all = release();
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), (std::set<std::string>{"[2]", "{raw}"}));
}

TEST_F(ChannelMerge, allOfAnEventIsKept) {
  FlowEvent event;
  event.fields.type = "log";
  event.fields.id = "order-1";
  event.fields.retry = 5;
  event.fields.data = "x";
  event.fields.isRaw = true;
  event.conflateKey = "c";
  event.expires = now + Millis(9);
  event.mergeKey = "k";
  EXPECT_EQ(flow.offer(event, rules, NewWindows::open, HoldRoom::there, now), FlowOutcome::passes);
  EXPECT_EQ(flow.offer(event, rules, NewWindows::open, HoldRoom::there, now), FlowOutcome::held);
  pass(1000);
  const std::optional<HeldEvent> held = flow.release(rules, now);
  ASSERT_TRUE(held);
  const FlowEvent view = held->view();
  EXPECT_EQ(view.fields.type, "log");
  EXPECT_EQ(view.fields.id, "order-1");
  EXPECT_EQ(view.fields.retry, 5U);
  EXPECT_EQ(view.fields.data, "x");
  EXPECT_TRUE(view.fields.isRaw);
  EXPECT_EQ(view.conflateKey, "c");
  EXPECT_EQ(view.expires, event.expires);
}

// What the end of a window lets go has been accepted: it waits on where a new event would be refused.
TEST_F(ChannelMerge, nothingAcceptedIsRefusedByTheRateLater) {
  for (const std::size_t bufferEvents : {0U, 1U}) {
    flow = {};
    rules.rate.limit = {1, 1};
    rules.rate.bufferEvents = bufferEvents;
    rules.rate.overflow = RateOverflow::refuse;
    rules.mergeWindow = Millis(100);
    EXPECT_EQ(offer("1", "k"), FlowOutcome::passes);
    EXPECT_EQ(offer("2", "k"), FlowOutcome::held);
    if (bufferEvents > 0) {
      EXPECT_EQ(offer("3"), FlowOutcome::held);
    }
    EXPECT_EQ(offer("4"), FlowOutcome::refused);
    pass(100);
    EXPECT_EQ(release(), Texts{});
    EXPECT_EQ(flow.next(rules, now), now + Millis(900));
    pass(900);
    EXPECT_EQ(release(), bufferEvents > 0 ? Texts{"3"} : Texts{"2"});
    pass(1000);
    EXPECT_EQ(release(), bufferEvents > 0 ? Texts{"2"} : Texts{});
    pass(1000);
  }
}

}  // namespace
}  // namespace millrace
