#include "core/log/segment.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Segment, laysBytesOneBehindTheOther) {
  Segment segment(8);
  const std::string_view first = segment.append("abc");
  const std::string_view second = segment.append("de");
  EXPECT_EQ(first, "abc");
  EXPECT_EQ(second, "de");
  EXPECT_EQ(first.data() + first.size(), second.data());
}

TEST(Segment, isFullAtItsCapacity) {
  Segment segment(4);
  EXPECT_TRUE(segment.fits(4));
  EXPECT_FALSE(segment.fits(5));
  segment.append("abc");
  EXPECT_TRUE(segment.fits(1));
  EXPECT_FALSE(segment.fits(2));
  segment.append("d");
  EXPECT_TRUE(segment.fits(0));
  EXPECT_FALSE(segment.fits(1));
}

TEST(Segment, beginsAgainInTheSameMemory) {
  Segment segment(4);
  const char* const start = segment.append("abcd").data();
  segment.clear();
  EXPECT_TRUE(segment.fits(4));
  EXPECT_EQ(segment.append("efgh").data(), start);
}

}  // namespace
}  // namespace millrace
