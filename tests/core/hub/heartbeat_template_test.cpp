#include "core/hub/heartbeat_template.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

HeartbeatFields some() {
  HeartbeatFields fields;
  fields.n = 3;
  fields.streamId = 12;
  fields.uptimeMs = 61050;
  fields.events = 7;
  fields.bytes = 1234;
  fields.channels = 1;
  fields.everyMs = 15000;
  fields.remainingMs = 59000;
  return fields;
}

TEST(HeartbeatTemplate, fillsEveryFieldInAText) {
  EXPECT_EQ(filledHeartbeat("{n} {streamId} {uptimeMs} {uptimeSeconds} {events} {bytes} {channels} {everyMs}", some()),
            "3 s12 61050 61.05 7 1234 1 15000");
  EXPECT_EQ(filledHeartbeat("{remainingMs}/{remainingSeconds}", some()), "59000/59");
  EXPECT_EQ(filledHeartbeat("{remainingMs}/{remainingSeconds}", {}), "null/null");
  EXPECT_EQ(filledHeartbeat("", some()), "");
  EXPECT_EQ(filledHeartbeat("nothing", some()), "nothing");
}

TEST(HeartbeatTemplate, aJsonTextOfOneFieldIsItsValue) {
  EXPECT_EQ(
      filledHeartbeat(R"({"stream_id":"{streamId}","n":"{n}","left":"{remainingSeconds}","said":"no {n}"})", some()),
      R"({"stream_id":"s12","n":3,"left":59,"said":"no 3"})");
  EXPECT_EQ(filledHeartbeat(R"({"left":"{remainingMs}"})", {}), R"({"left":null})");
  EXPECT_EQ(filledHeartbeat(R"("{n}")", some()), "3");
  EXPECT_EQ(filledHeartbeat(R"(["{n}","{n}"])", some()), "[3,3]");
}

TEST(HeartbeatTemplate, whatNamesNothingStays) {
  EXPECT_EQ(filledHeartbeat(R"({"a":{},"b":{"c":"{N}","d":"{"}})", some()), R"({"a":{},"b":{"c":"{N}","d":"{"}})");
  EXPECT_EQ(filledHeartbeat("{{n}}", some()), "{3}");
  EXPECT_EQ(filledHeartbeat("{n", some()), "{n");
}

}  // namespace
}  // namespace millrace
