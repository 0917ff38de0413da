// Who does not read: what becomes of it, and that the others do not notice.
#include "io/reactor_fixture.hpp"

#include <algorithm>
#include <thread>

namespace millrace {
namespace {

using test::OwnedItem;
using test::SocketClient;
using test::SocketKind;

constexpr int kSmallBuffer = 4096;
constexpr std::string_view kGap = R"({"verdict":"gap"})";

class ReactorLag : public test::ReactorTest, public ::testing::WithParamInterface<SocketKind> {
 protected:
  static std::string dataOf(std::size_t number) { return std::to_string(number) + ":" + std::string(1000, 'x'); }
  static std::size_t numberOf(const OwnedItem& event) { return std::stoul(event.data); }

  // Publishes some events, and waits until the reader that keeps up has them all.
  void publishSome(SocketClient& reader) {
    constexpr std::size_t kSome = 20;
    for (std::size_t more = 0; more < kSome; ++more) {
      publish("c", dataOf(published++));
    }
    ASSERT_TRUE(reader.readEvents(published));
  }

  void publishUntilEnded(SubscriberId slow, SocketClient& reader) {
    while (!environment.hasEnded(slow) && !HasFatalFailure()) {
      publishSome(reader);
    }
  }

  void expectEverything(const SocketClient& reader) const {
    ASSERT_EQ(reader.events().size(), published);
    for (std::size_t n = 0; n < published; ++n) {
      ASSERT_EQ(numberOf(reader.events()[n]), n);
    }
  }

  std::size_t published = 0;
};

TEST_P(ReactorLag, whoDoesNotReadIsEndedAfterTheGraceAndTheOthersGetEverything) {
  HubOptions options;
  options.history.events = 100;
  options.lagGrace = Millis{20};
  configure(options);
  const auto stalled = connect(GetParam(), "c", kSmallBuffer);
  const SubscriberId slow = last;
  const auto reader = connect(GetParam(), "c");
  publishUntilEnded(slow, *reader);
  EXPECT_EQ(environment.waitForEnd(slow), CloseReason::lagging);
  expectEverything(*reader);
  stalled->readToEnd();
  EXPECT_FALSE(stalled->isOver()) << "it is to come back";
  for (std::size_t n = 0; n < stalled->events().size(); ++n) {
    ASSERT_EQ(numberOf(stalled->events()[n]), n);
  }
}

TEST_P(ReactorLag, whoWasEndedComesBackAndLosesNothing) {
  HubOptions options;
  options.history.events = 2000;
  options.lagGrace = Millis{0};
  configure(options);
  const auto stalled = connect(GetParam(), "c", kSmallBuffer);
  const SubscriberId slow = last;
  const auto reader = connect(GetParam(), "c");
  publishUntilEnded(slow, *reader);
  stalled->readToEnd();
  ASSERT_FALSE(stalled->events().empty());
  const std::size_t had = stalled->events().size();
  const auto back = adopt(GetParam(), environment.open(hub, "c", resuming(stalled->lastEventId())));
  EXPECT_TRUE(back->readEvents(1 + published - had));
  EXPECT_EQ(back->events()[0].data, R"({"verdict":"continued"})");
  for (std::size_t n = had; n < published; ++n) {
    ASSERT_EQ(numberOf(back->events()[1 + n - had]), n);
  }
}

TEST_P(ReactorLag, whoMayDropTheOldestIsToldOfTheGapAndItsStreamIsWhole) {
  HubOptions options;
  options.lagGrace = Millis{0};
  configure(options);
  OpenOptions dropping = test::quiet();
  dropping.subscriber.lag.overflow = Overflow::dropOldest;
  dropping.subscriber.lag.events = 10;
  const auto stalled = connect(GetParam(), "c", kSmallBuffer, dropping);
  const SubscriberId slow = last;
  const auto reader = connect(GetParam(), "c");
  for (int rounds = 0; rounds < 20; ++rounds) {
    publishSome(*reader);
  }
  expectEverything(*reader);
  const auto hasLast = [&] {
    return !stalled->events().empty() && stalled->events().back().data == dataOf(published - 1);
  };
  EXPECT_TRUE(stalled->readUntil(hasLast));
  EXPECT_FALSE(environment.hasEnded(slow));
  std::size_t next = 0;
  bool isGap = false;
  std::size_t gaps = 0;
  for (const OwnedItem& event : stalled->events()) {
    if (event.data == kGap) {
      isGap = true;
      ++gaps;
      continue;
    }
    const std::size_t number = numberOf(event);
    ASSERT_EQ(event.data, dataOf(number)) << "an event is whole";
    ASSERT_TRUE(isGap ? number >= next : number == next) << number << " came instead of " << next;
    next = number + 1;
    isGap = false;
  }
  EXPECT_GE(gaps, 1U);
  EXPECT_LT(stalled->events().size(), published);
}

// What is replaced while a chunk is open is made up for by comments.
TEST_P(ReactorLag, whoReadsLateGetsTheNewestOfAConflationKey) {
  const auto stalled = connect(GetParam(), "c", kSmallBuffer);
  const SubscriberId slow = last;
  const auto reader = connect(GetParam(), "c");
  EventFields fields;
  PublishOptions options;
  options.conflateKey = "price";
  for (std::size_t n = 0; n < 200; ++n) {
    const std::string data = dataOf(n);
    fields.data = data;
    engine.with(hub, [&](Hub& chosen, Instant now) {
      Receipt receipt;
      EXPECT_EQ(chosen.publish("c", fields, options, now, receipt), WriteOutcome::written);
    });
    EXPECT_TRUE(reader->readUntil([&] { return !reader->events().empty() && reader->events().back().data == data; }));
  }
  EXPECT_TRUE(end(slow, CloseReason::closed));
  stalled->readToEnd();
  EXPECT_TRUE(stalled->isOver());
  EXPECT_EQ(stalled->events().back().data, dataOf(199));
  EXPECT_LT(stalled->events().size(), 200U);
  EXPECT_TRUE(std::is_sorted(stalled->events().begin(), stalled->events().end(),
                             [](const auto& one, const auto& other) { return numberOf(one) < numberOf(other); }));
}

// A burst of many times the history, which a reader that is a little slow catches up with.
TEST_P(ReactorLag, aBurstIsNoReasonToEndWhoReads) {
  HubOptions options;
  options.history.events = 50;
  options.lagGrace = Millis{60000};
  configure(options);
  const auto first = connect(GetParam(), "c", kSmallBuffer);
  const auto second = connect(GetParam(), "c");
  std::thread reading([&first] { EXPECT_TRUE(first->readEvents(3000)); });
  for (published = 0; published < 3000; ++published) {
    publish("c", dataOf(published));
  }
  EXPECT_TRUE(second->readEvents(3000));
  reading.join();
  expectEverything(*first);
  expectEverything(*second);
}

INSTANTIATE_TEST_SUITE_P(kinds, ReactorLag, ::testing::Values(SocketKind::local, SocketKind::tcp),
                         [](const auto& tested) { return tested.param == SocketKind::local ? "local" : "tcp"; });

}  // namespace
}  // namespace millrace
