#include "core/base/time_of_day.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

Instant at(int ms) { return Instant{Millis(ms)}; }
UnixTime time(int ms) { return UnixTime{Millis(ms)}; }

TEST(TimeOfDayTest, goesOnFromTheLastNote) {
  TimeOfDay day;
  day.note(time(50000), at(1000));
  EXPECT_EQ(day.next(at(1000)), time(50000));
  EXPECT_EQ(day.next(at(1250)), time(50250));
  day.note(time(60000), at(1300));
  EXPECT_EQ(day.next(at(1310)), time(60010));
}

TEST(TimeOfDayTest, neverGoesBack) {
  TimeOfDay day;
  day.note(time(50000), at(1000));
  EXPECT_EQ(day.next(at(1500)), time(50500));
  day.note(time(20000), at(1600));  // somebody has set the clock
  EXPECT_EQ(day.next(at(1600)), time(50500));
  EXPECT_EQ(day.next(at(40000)), time(58400)) << "from when it is later than what was said";
}

}  // namespace
}  // namespace millrace
