#include "core/session/chunk_tally.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {
namespace {

ParsedItem eventOf(std::string_view type, std::string_view data = "{}") {
  ParsedItem item;
  item.type = type;
  item.data = data;
  return item;
}

ChunkTally tallyOf(std::initializer_list<ParsedItem> events) {
  ChunkTally tally;
  tally.appendHeartbeatType("heart");
  tally.appendHeartbeatType("beat");
  tally.begin(0);
  for (const ParsedItem& event : events) {
    tally.add(event);
  }
  return tally;
}

TEST(ChunkTally, tellsHeartbeatsFromOtherEventsAndNotices) {
  const ChunkTally tally = tallyOf({eventOf("heartbeat"), eventOf("message"), eventOf("heartbeats"), eventOf("heart"),
                                    eventOf("millrace.begin"), eventOf("millrace.resume"), eventOf("millrace.end")});
  EXPECT_EQ(tally.heartbeats(0), 1U);
  EXPECT_EQ(tally.events(), 3U);
}

TEST(ChunkTally, addsTheCommentsOfTheChunk) {
  ChunkTally tally = tallyOf({});
  tally.begin(5);
  tally.add(eventOf("heartbeat"));
  EXPECT_EQ(tally.heartbeats(5), 1U);
  EXPECT_EQ(tally.heartbeats(7), 3U);
}

TEST(ChunkTally, countsEachChunkAnew) {
  ChunkTally tally = tallyOf({eventOf("heartbeat", R"({"uptimeMs":5})"), eventOf("message")});
  tally.begin(0);
  EXPECT_EQ(tally.heartbeats(0), 0U);
  EXPECT_EQ(tally.events(), 0U);
  EXPECT_EQ(tally.heartbeatEvents(), 0U);
}

TEST(ChunkTally, knowsNoHeartbeatsUntilItIsToldTheirType) {
  ChunkTally tally;
  tally.begin(0);
  tally.add(eventOf("heartbeat"));
  EXPECT_EQ(tally.heartbeats(0), 0U);
  EXPECT_EQ(tally.events(), 1U);
}

}  // namespace
}  // namespace millrace
