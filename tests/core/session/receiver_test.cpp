// The vectors of parser and dedup run through a Receiver, too: wire/parser_test.cpp.
#include "core/session/receiver.hpp"

#include "core/support/stream.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using test::errorItem;
using test::eventItem;
using test::feedAll;
using test::Outcome;
using test::OwnedItems;

TEST(Receiver, resetKeepsTheWindow) {
  ReceiverOptions options;
  options.dedup = 2;
  Receiver receiver(options);
  feedAll(receiver, {"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"});
  receiver.reset();
  EXPECT_EQ(feedAll(receiver, {"id: 1\ndata: a\n\nid: 3\ndata: c\n\n"}),
            (Outcome{{eventItem("message", "c", "3")}, "3"}));
}

TEST(Receiver, remembersAThousandIdsUnlessToldOtherwise) {
  Receiver receiver;
  const auto comes = [&](int id) {
    return !feedAll(receiver, {"id: " + std::to_string(id) + "\ndata: x\n\n"}).items.empty();
  };
  for (int id = 0; id < 1000; ++id) {
    EXPECT_TRUE(comes(id)) << id;
  }
  receiver.reset();
  EXPECT_FALSE(comes(0));
  EXPECT_TRUE(comes(1000));
  EXPECT_TRUE(comes(0));
}

TEST(Receiver, dropsOnlyTheComplaintThatIsTheRepeats) {
  Receiver receiver;
  feedAll(receiver, {"id: 1\ndata: \xFF\n\nid: 1\ndata: a\n\n"});
  receiver.reset();
  const OwnedItems items = feedAll(receiver, {"id: 2\ndata: \xFF\n\nid: 1\ndata: \xFF\n\nid: 1\ndata: a\n\n"}).items;
  EXPECT_EQ(items, (OwnedItems{errorItem("INVALID_UTF8", 0), eventItem("message", "\xEF\xBF\xBD", "2")}));
}

TEST(Receiver, countsHeartbeatsOverAllConnections) {
  Receiver receiver;
  feedAll(receiver, {": heartbeat 1\n: heart", "beat 2\n: heartbeat, unfinished"});
  EXPECT_EQ(receiver.heartbeats(), 2U);
  receiver.reset();
  feedAll(receiver, {"beat\n\n: heartbeat 3\n: no\n"});
  EXPECT_EQ(receiver.heartbeats(), 3U);
}

TEST(Receiver, twoShareNothing) {
  Receiver one;
  Receiver other;
  feedAll(one, {"id: 1\ndata: half"});
  EXPECT_EQ(feedAll(other, {"id: 1\ndata: x\n\n"}).items, OwnedItems{eventItem("message", "x", "1")});
  EXPECT_EQ(feedAll(one, {"\n\n"}).items, OwnedItems{eventItem("message", "half", "1")});
}

}  // namespace
}  // namespace millrace
