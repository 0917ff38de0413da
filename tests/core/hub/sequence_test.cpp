#include "core/hub/sequence.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Sequence, beginsWithoutAnEvent) {
  const Sequence sequence(10);
  EXPECT_EQ(sequence.epoch(), 10U);
  EXPECT_EQ(sequence.newest(), 0U);
  EXPECT_EQ(sequence.idOf(0), "a.0");
  EXPECT_EQ(sequence.nextId(), "a.1");
}

TEST(Sequence, numbersEventsOneByOne) {
  Sequence sequence(10);
  EXPECT_EQ(sequence.advance(), 1U);
  EXPECT_EQ(sequence.newest(), 1U);
  EXPECT_EQ(sequence.advance(), 2U);
  EXPECT_EQ(sequence.newest(), 2U);
  EXPECT_EQ(sequence.nextId(), "a.3");
  EXPECT_EQ(sequence.newest(), 2U) << "asking for the next id gives no number away";
}

TEST(Sequence, noIdIsBeyondTheNewestEvent) {
  Sequence sequence(10);
  sequence.advance();
  sequence.advance();
  EXPECT_EQ(sequence.idOf(1), "a.1");
  EXPECT_EQ(sequence.idOf(2), "a.2");
  EXPECT_EQ(sequence.idOf(3), "a.2");
  EXPECT_EQ(sequence.idOf(UINT64_MAX), "a.2");
}

}  // namespace
}  // namespace millrace
