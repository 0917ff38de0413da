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
  EXPECT_EQ(tally.sentMs(), std::nullopt);
}

TEST(ChunkTally, knowsNoHeartbeatsUntilItIsToldTheirType) {
  ChunkTally tally;
  tally.begin(0);
  tally.add(eventOf("heartbeat"));
  EXPECT_EQ(tally.heartbeats(0), 0U);
  EXPECT_EQ(tally.events(), 1U);
}

TEST(ChunkTally, saysWhenTheLastHeartbeatWasSent) {
  const ParsedItem first = eventOf("heartbeat", R"({"uptimeMs":1})");
  EXPECT_EQ(tallyOf({first, eventOf("heartbeat", R"({"uptimeMs":2})")}).sentMs(), 2);
  EXPECT_EQ(tallyOf({first, eventOf("message", R"({"uptimeMs":3})")}).sentMs(), 1);
  EXPECT_EQ(tallyOf({first, eventOf("heartbeat")}).sentMs(), std::nullopt);
}

TEST(ChunkTally, findsTheTimeInTheData) {
  const std::initializer_list<std::pair<std::string_view, double>> cases = {
      {R"({"uptimeMs":123})", 123},
      {R"({"timestamp":1763700000000})", 1763700000000},
      {R"({"timestamp": 5, "uptimeMs": 6})", 5},
      {"{\"uptimeMs\" \t\n\r:\r\n\t 7 }", 7},
      {R"({"uptimeMs":"x","timestamp":8})", 8},
      {R"({"a":"uptimeMs","uptimeMs":9.75})", 9},
      {R"(""uptimeMs":10)", 10},
      {R"("uptimeMs""uptimeMs":11)", 11},
      {R"({"uptimeMs":0})", 0},
  };
  for (const auto& [data, expected] : cases) {
    EXPECT_EQ(sentMsIn(data), expected) << data;
  }
}

TEST(ChunkTally, findsNoTimeWhereThereIsNone) {
  for (const std::string_view data : {"", "{}", R"("uptimeMs")", R"("uptimeMs":)", R"("uptimeMs": )",
                                      R"("uptimeMs":-1)", R"("uptimeMs":"1")", R"("uptimeMs"::1)", R"("uptimems":1)",
                                      R"(uptimeMs":1)", R"("timestamps":1)", R"("timestam":1)", R"("uptimeMs" 1)"}) {
    EXPECT_EQ(sentMsIn(data), std::nullopt) << data;
  }
}

// Nothing is read beyond the data, wherever it ends.
TEST(ChunkTally, readsNoFurtherThanTheData) {
  const std::string data = R"({"uptimeMs" : 12345})";
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const std::string cut = data.substr(0, size);
    const auto found = sentMsIn(cut);
    EXPECT_EQ(found.has_value(), size > data.find('1')) << cut;
  }
}

}  // namespace
}  // namespace millrace
