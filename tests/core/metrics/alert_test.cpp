#include "core/metrics/alert.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace millrace {
namespace {

class AlertTest : public ::testing::Test {
 protected:
  AlertChange at(int seconds, double value) {
    return alert.update(value, {10, 5, Millis(3000)}, Instant{} + Millis(seconds * 1000));
  }

  Alert alert;
};

TEST_F(AlertTest, isRaisedWhenTheValueWasAboveForLongEnough) {
  EXPECT_EQ(at(0, 11), AlertChange::none);
  EXPECT_EQ(at(2, 99), AlertChange::none);
  EXPECT_EQ(at(3, 11), AlertChange::raised);
  EXPECT_EQ(at(4, 11), AlertChange::none) << "once";
}

TEST_F(AlertTest, aValueThatComesBackStartsTheTimeAnew) {
  EXPECT_EQ(at(0, 11), AlertChange::none);
  EXPECT_EQ(at(2, 10), AlertChange::none) << "not above";
  EXPECT_EQ(at(3, 11), AlertChange::none);
  EXPECT_EQ(at(5, 11), AlertChange::none);
  EXPECT_EQ(at(6, 11), AlertChange::raised);
}

TEST_F(AlertTest, isResolvedOnlyBelowTheLowerThreshold) {
  EXPECT_EQ(at(0, 11), AlertChange::none);
  EXPECT_EQ(at(3, 11), AlertChange::raised);
  for (int second = 4; second < 100; ++second) {
    EXPECT_EQ(at(second, second % 2 == 0 ? 6 : 12), AlertChange::none) << "it swings around the threshold";
  }
  EXPECT_EQ(at(100, 5), AlertChange::none);
  EXPECT_EQ(at(103, 0), AlertChange::resolved);
  EXPECT_EQ(at(106, 11), AlertChange::none);
  EXPECT_EQ(at(109, 11), AlertChange::raised) << "and may be raised again";
}

TEST_F(AlertTest, withoutADurationItIsRaisedAtOnceAndNotANumberIsNoAlarm) {
  EXPECT_EQ(alert.update(std::numeric_limits<double>::quiet_NaN(), {1, 1, Millis{0}}, Instant{}), AlertChange::none);
  EXPECT_EQ(alert.update(2, {1, 1, Millis{0}}, Instant{}), AlertChange::raised);
  EXPECT_EQ(alert.update(1, {1, 1, Millis{0}}, Instant{}), AlertChange::resolved);
}

}  // namespace
}  // namespace millrace
