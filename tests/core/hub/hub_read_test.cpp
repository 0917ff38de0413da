// How much one read gives, and what follows.
#include "core/hub/hub_fixture.hpp"

namespace millrace {
namespace {

class HubRead : public test::HubTest {};

// A plain channel is read without looking at its events one by one: its limits hold all the same.
TEST_F(HubRead, aPlainReadKeepsItsLimits) {
  open(1, resuming("a.0"));
  for (const char* const data : {"1", "2", "3", "4"}) {
    publish("k", data);
  }
  join(1, "k");
  EXPECT_EQ(withoutBegin(readAtMost(1, 0)), kContinued) << "what goes before the log has no limit";
  EXPECT_TRUE(hasMore);
  EXPECT_EQ(readAtMost(1, 1), event(1, "1")) << "an event is not cut";
  EXPECT_TRUE(hasMore);
  EXPECT_EQ(readAtMost(1, event(2, "2").size() + 1), event(2, "2") + event(3, "3"));
  EXPECT_TRUE(hasMore);
  EXPECT_EQ(readAtMost(1, 1000), event(4, "4"));
  EXPECT_FALSE(hasMore);
  EXPECT_FALSE(hub.view(1).hasPending());
}

TEST_F(HubRead, theCursorFollowsWhatWasTaken) {
  open(1, resuming("a.0"));
  publish("k", "1");
  publish("other", "2");
  publish("k", "3");
  join(1, "k");
  EXPECT_EQ(hub.view(1).position(), "a.0");
  readAtMost(1, 1);
  EXPECT_EQ(hub.view(1).position(), "a.2") << "the next is the third";
  readAtMost(1, 1);
  EXPECT_EQ(hub.view(1).position(), "a.3");
  publish("other", "4");
  EXPECT_EQ(hub.view(1).position(), "a.4");
}

TEST_F(HubRead, aHundredChannelsAreMergedInOrder) {
  open(1, resuming("a.0"));
  std::string expected(kContinued);
  for (std::uint64_t n = 1; n <= 5000; ++n) {
    publish("c" + std::to_string((n * 7919) % 100), std::to_string(n));
    expected += event(n, std::to_string(n));
  }
  for (int channel = 0; channel < 100; ++channel) {
    join(1, "c" + std::to_string(channel));
  }
  EXPECT_EQ(read(1), expected);
}

class HubPromise : public test::HubTest {
 protected:
  HubPromise() {
    HubOptions options;
    options.history.events = 10;
    options.lagGrace = Millis(1000);
    hub.configure(options);
  }

  // Connection 1 reads channel k, whose state it is to be sent first.
  void openWithLargeState() {
    open(1);
    join(1, "k");
    EventFields fields;
    fields.data = state;
    ASSERT_EQ(hub.greet(1, fields, now), WriteOutcome::written);
  }

  // Takes so many bytes of what there is, as from a slow line.
  std::string takePart(SubscriberId id, std::size_t bytes) {
    Spans spans;
    turns.read(id, now, {}, spans);
    std::string all;
    for (const std::string_view span : spans.bytes) {
      all.append(span);
    }
    if (bytes >= all.size()) {
      turns.taken(id, now);
      return all;
    }
    std::size_t room = bytes;
    for (const std::string_view span : spans.bytes) {
      if (room < span.size()) {
        turns.takenUpTo(id, span.data() + room, now, bytes > 0 ? Progress::some : Progress::none);
        break;
      }
      room -= span.size();
    }
    return all.substr(0, bytes);
  }

  // Whether the connection was told to end.
  bool turn() {
    hub.tick(now);
    return !idleTurn().closing.empty();
  }

  const std::string state = std::string(10000, 's');
};

// Judged by the channel's distance while it was still taking its state, a client was cut, came back, and got the state again,
// for ever.
TEST_F(HubPromise, aLargeStateReachesASlowClientOfABusyChannel) {
  openWithLargeState();
  std::string got = takePart(1, 100);
  std::uint64_t published = 0;
  for (int second = 0; second < 50; ++second) {
    for (int count = 0; count < 20; ++count) {
      publish("k", std::to_string(++published));
    }
    pass(1000);
    ASSERT_FALSE(turn()) << "after " << second << " s";
    got += takePart(1, 200);
  }
  got += takePart(1, 1000000);
  std::string expected = "data: " + state + "\n\n" + cursor(0);
  for (std::uint64_t n = 1; n <= published; ++n) {
    expected += event(n, std::to_string(n));
  }
  EXPECT_EQ(withoutBegin(got), expected);
}

TEST_F(HubPromise, whoTakesNothingOfItIsClosed) {
  openWithLargeState();
  takePart(1, 100);
  for (int count = 0; count < 20; ++count) {
    publish("k", "x");
  }
  pass(9000);
  EXPECT_FALSE(turn());
  takePart(1, 0);
  pass(1001);
  EXPECT_TRUE(turn());
}

TEST_F(HubPromise, whoHasCaughtUpOnceIsJudgedAsEver) {
  open(1);
  join(1, "k");
  read(1);
  for (int count = 0; count < 20; ++count) {
    publish("k", "x");
  }
  takePart(1, 10);
  EXPECT_FALSE(turn());
  pass(1001);
  EXPECT_TRUE(turn());
}

TEST_F(HubPromise, whoTakesNothingForTheStallIsClosedHoweverLittleWaits) {
  OpenOptions options = lagging(1000, Overflow::dropOldest);
  options.subscriber.lag.stall = Millis(30000);
  open(1, options);
  join(1, "k");
  read(1);
  publish("k", "x");
  idleTurn();
  takePart(1, 3);
  for (int second = 0; second < 29; ++second) {
    pass(1000);
    EXPECT_FALSE(turn());
  }
  pass(2000);
  EXPECT_TRUE(turn());
}

TEST_F(HubPromise, withoutAStallALittleMayWaitForEver) {
  OpenOptions options = quiet();
  options.subscriber.lag.stall = Millis(std::int64_t{1} << 42);
  open(1, options);
  join(1, "k");
  read(1);
  publish("k", "x");
  idleTurn();
  takePart(1, 3);
  pass(100000000);
  EXPECT_FALSE(turn());
}

}  // namespace
}  // namespace millrace
