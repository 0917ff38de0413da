#include "core/base/unix_time.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace millrace {
namespace {

std::string iso(std::int64_t millis) { return isoTime(UnixTime(Millis(millis))); }

// What `new Date(millis).toISOString()` gives.
TEST(UnixTime, isWrittenAsJavaScriptDoes) {
  EXPECT_EQ(iso(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso(1795925106789), "2026-11-29T04:05:06.789Z");
  EXPECT_EQ(iso(951782400000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(iso(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso(253402300799999), "9999-12-31T23:59:59.999Z");
}

TEST(UnixTime, outsideOfFourDigitsItIsTheNearestThatHasThem) {
  EXPECT_EQ(iso(std::numeric_limits<std::int64_t>::max() / 2), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(iso(std::numeric_limits<std::int64_t>::min() / 2), "0000-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace millrace
