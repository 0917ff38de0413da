#include "core/wire/encoder.hpp"

#include "core/support/stream.hpp"
#include "core/support/vector_name.hpp"
#include "core/support/vectors.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using test::EncoderVector;

class EncoderVectors : public ::testing::TestWithParam<EncoderVector> {};

TEST_P(EncoderVectors, hold) {
  const EncoderVector& vector = GetParam();
  EventFields fields;
  fields.type = vector.type;
  fields.id = vector.id;
  fields.retry = vector.retry;
  fields.data = vector.data;
  fields.isRaw = vector.isRaw;
  std::string out = "before";
  const EncodeOutcome outcome = encodeEvent(fields, out);
  EXPECT_EQ(outcome == EncodeOutcome::encoded, vector.bytes.has_value());
  EXPECT_EQ(out, "before" + vector.bytes.value_or(""));
}

INSTANTIATE_TEST_SUITE_P(all, EncoderVectors, ::testing::ValuesIn(test::encoderVectors()), test::VectorName{});

// What one end writes is what the other counts: both have the same vector.
TEST(Encoder, writesTheHeartbeatsThatParsersCount) {
  std::size_t beats = 0;
  for (const test::ReceiverVector& vector : test::receiverVectors("parser")) {
    std::string out;
    for (const test::BeatVector& beat : vector.beats) {
      encodeHeartbeat(beat.text, out);
      if (!beat.cursor.empty()) {
        encodeCursor(beat.cursor, out);
      }
      ++beats;
    }
    EXPECT_EQ(out, vector.beats.empty() ? "" : vector.input) << vector.name;
  }
  EXPECT_GE(beats, 3U);
}

TEST(Encoder, saysWhichFieldIsWrong) {
  std::string out;
  EventFields fields;
  EXPECT_EQ(encodeEvent(fields, out), EncodeOutcome::empty);
  fields.id = "1\n2";
  EXPECT_EQ(encodeEvent(fields, out), EncodeOutcome::invalidId);
  fields.type = "a\rb";
  EXPECT_EQ(encodeEvent(fields, out), EncodeOutcome::invalidType);
  EXPECT_EQ(out, "");
}

TEST(Encoder, aCommentIsIgnoredWhateverItHolds) {
  std::string out;
  encodeComment("hello\ndata: no\r\n\r\rid: 1", out);
  EXPECT_EQ(out, ": hello\n: data: no\n: \n: \n: id: 1\n\n");
  EXPECT_TRUE(test::parse(out).empty());
}

TEST(Encoder, aCursorSetsTheLastEventIdAndDeliversNothing) {
  std::string out;
  encodeCursor("a.1", out);
  EXPECT_EQ(out, "id: a.1\n\n");
  EXPECT_EQ(test::feedAll(ReceiverOptions{}, {out}), (test::Outcome{{}, "a.1"}));
}

TEST(Encoder, leadingSpacesAndColonsOfDataSurvive) {
  for (const char* const data : {" x", "  x", ":x", "", " ", "\xEF\xBB\xBFx"}) {
    std::string out;
    EventFields fields;
    fields.data = data;
    EXPECT_EQ(encodeEvent(fields, out), EncodeOutcome::encoded);
    EXPECT_EQ(test::parse(out), test::OwnedItems{test::eventItem("message", data, "")});
  }
}

}  // namespace
}  // namespace millrace
