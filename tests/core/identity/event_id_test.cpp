#include "core/identity/event_id.hpp"

#include "core/support/vector_name.hpp"
#include "core/support/vectors.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace {

static void PrintTo(const EventId& id, std::ostream* out) { *out << id.epoch << " . " << id.sequence; }

namespace {

using test::EventIdVector;

class EventIdVectors : public ::testing::TestWithParam<EventIdVector> {};

TEST_P(EventIdVectors, hold) {
  const EventIdVector& vector = GetParam();
  EXPECT_EQ(parseEventId(vector.text), vector.eventId);
  if (vector.eventId) {
    EXPECT_EQ(formatEventId(*vector.eventId), vector.text);
  }
}

INSTANTIATE_TEST_SUITE_P(all, EventIdVectors, ::testing::ValuesIn(test::eventIdVectors()), test::VectorName{});

TEST(EventId, everyIdComesBack) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 100000; ++round) {
    const EventId id{random() >> (random() % 64), random() >> (random() % 64)};
    std::string text;
    appendEventId(id, text);
    ASSERT_LE(text.size(), 34U);
    ASSERT_EQ(parseEventId(text), id) << text;
  }
}

TEST(EventId, whatIsAcceptedIsWhatWouldBeWritten) {
  std::mt19937 random(1);
  const std::string alphabet = "0019azAZ.-+ ";
  for (int round = 0; round < 200000; ++round) {
    std::string text(random() % 8, '.');
    for (char& c : text) {
      c = alphabet[random() % alphabet.size()];
    }
    if (const auto id = parseEventId(text)) {
      ASSERT_EQ(formatEventId(*id), text);
    }
  }
}

}  // namespace
}  // namespace millrace
