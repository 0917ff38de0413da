#include "core/metrics/histogram.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace millrace {
namespace {

constexpr std::array<std::uint64_t, 3> kBounds{10, 100, 1000};

TEST(Histogram, aValueIsInTheFirstBucketWhoseBoundItDoesNotExceed) {
  Histogram histogram(kBounds);
  for (const std::uint64_t value : {0U, 10U, 11U, 100U, 101U, 1000U, 1001U, 5000U}) {
    histogram.add(value);
  }
  EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{2, 2, 2, 2}));
  EXPECT_EQ(histogram.sum(), 7223U);
}

TEST(Quantile, isSpreadEvenlyBetweenTwoBounds) {
  constexpr std::array<std::uint64_t, 4> kCounts{0, 10, 10, 0};
  EXPECT_DOUBLE_EQ(quantile(kBounds, kCounts, 0), 10);
  EXPECT_DOUBLE_EQ(quantile(kBounds, kCounts, 0.25), 55);
  EXPECT_DOUBLE_EQ(quantile(kBounds, kCounts, 0.5), 100);
  EXPECT_DOUBLE_EQ(quantile(kBounds, kCounts, 1), 1000);
}

TEST(Quantile, ofNothingIsZeroAndAboveTheLastBoundIsThatBound) {
  constexpr std::array<std::uint64_t, 4> kNone{};
  constexpr std::array<std::uint64_t, 4> kBeyond{1, 0, 0, 99};
  EXPECT_DOUBLE_EQ(quantile(kBounds, kNone, 0.99), 0);
  EXPECT_DOUBLE_EQ(quantile(kBounds, kBeyond, 0.99), 1000);
  EXPECT_DOUBLE_EQ(quantile(kBounds, kBeyond, 0.01), 10);
}

}  // namespace
}  // namespace millrace
