#include "core/metrics/rate_meter.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class RateMeterTest : public ::testing::Test {
 protected:
  RateMeter meter;
  Instant now{Millis(123456)};
};

TEST_F(RateMeterTest, withoutAnythingItIsZero) { EXPECT_DOUBLE_EQ(meter.perSecond(now), 0); }

TEST_F(RateMeterTest, anEvenRateIsThatRateAfterAMinute) {
  for (int second = 0; second < 300; ++second, now += Millis(1000)) {
    meter.add(7, now);
    if (second >= 60) {
      EXPECT_NEAR(meter.perSecond(now + Millis(999)), 7, 0.7) << second;
    }
  }
}

TEST_F(RateMeterTest, aBurstIsSpreadOverAMinuteAlsoAtTheBeginning) {
  meter.add(60, now);
  for (const int second : {0, 10, 30, 54}) {
    EXPECT_NEAR(meter.perSecond(now + Millis(second * 1000)), 1, 0.1) << second;
  }
}

TEST_F(RateMeterTest, whatIsOlderThanAMinuteIsForgotten) {
  meter.add(100, now);
  EXPECT_DOUBLE_EQ(meter.perSecond(now + Millis(60000)), 0);
  meter.add(6, now + Millis(3600000));
  EXPECT_NEAR(meter.perSecond(now + Millis(3600000)), 0.1, 0.02);
}

TEST_F(RateMeterTest, aSlotThatPassedInSilenceIsEmpty) {
  meter.add(10, now);
  meter.add(10, now + Millis(30000));
  EXPECT_NEAR(meter.perSecond(now + Millis(40000)), 20.0 / 60, 0.04);
  EXPECT_NEAR(meter.perSecond(now + Millis(60000)), 10.0 / 55, 0.02) << "the first slot has gone";
}

}  // namespace
}  // namespace millrace
