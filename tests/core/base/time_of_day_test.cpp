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

TEST(TimeOfDayTest, goesOnWhereTheClockIsSetBack) {
  TimeOfDay day;
  day.note(time(50000), at(1000));
  EXPECT_EQ(day.next(at(1500)), time(50500));
  day.note(time(20000), at(1600));  // somebody has set the clock
  EXPECT_EQ(day.next(at(1600)), time(50600));
  EXPECT_EQ(day.next(at(2600)), time(51600)) << "it goes on";
  day.note(time(90000), at(3000));
  EXPECT_EQ(day.next(at(3000)), time(90000));
}

TEST(TimeOfDayTest, followsTheClockByMilliseconds) {
  TimeOfDay day;
  day.note(time(50001), at(1000));
  day.note(time(50010), at(1010));  // rounded the other way
  EXPECT_EQ(day.next(at(1010)), time(50010));
  day.note(time(50020), at(1021));
  EXPECT_EQ(day.next(at(1021)), time(50020));
  EXPECT_EQ(day.next(at(1020)), time(50020));
}

}  // namespace
}  // namespace millrace
