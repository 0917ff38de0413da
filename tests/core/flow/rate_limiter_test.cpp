#include "core/flow/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace millrace {
namespace {

class RateLimiterTest : public ::testing::Test {
 protected:
  bool take(const RateLimit& limit) { return limiter.take(limit, now) == RateOutcome::passes; }

  RateLimiter limiter;
  Instant now{Millis(5000)};
};

TEST_F(RateLimiterTest, withoutALimitAllPass) {
  for (int count = 0; count < 1000; ++count) {
    ASSERT_TRUE(take({}));
  }
  EXPECT_EQ(limiter.next({}, now), now);
  EXPECT_TRUE(limiter.isIdle(now));
}

TEST_F(RateLimiterTest, lateOnesPassEvenly) {
  const RateLimit limit{10, 1};
  EXPECT_TRUE(take(limit));
  EXPECT_FALSE(take(limit));
  EXPECT_EQ(limiter.next(limit, now), now + Millis(100));
  now += Millis(99);
  EXPECT_FALSE(take(limit));
  now += Millis(1);
  EXPECT_TRUE(take(limit));
}

TEST_F(RateLimiterTest, aBurstPassesAtOnceAndFillsUpAgain) {
  const RateLimit limit{10, 5};
  for (int count = 0; count < 5; ++count) {
    EXPECT_TRUE(take(limit)) << count;
  }
  EXPECT_FALSE(take(limit));
  EXPECT_FALSE(limiter.isIdle(now + Millis(499)));
  EXPECT_TRUE(limiter.isIdle(now + Millis(500)));
  now += Millis(200);
  EXPECT_TRUE(take(limit));
  EXPECT_TRUE(take(limit));
  EXPECT_FALSE(take(limit));
}

TEST_F(RateLimiterTest, slowAndFastRatesAreKept) {
  EXPECT_TRUE(take({0.5, 1}));
  EXPECT_EQ(limiter.next({0.5, 1}, now), now + Millis(2000));
  limiter = {};
  EXPECT_TRUE(take({0.0000001, 1}));
  EXPECT_EQ(limiter.next({0.001, 1}, now), now + Millis(1000000)) << "the slowest there is";
  limiter = {};
  const RateLimit fast{1e6, 1000};
  int passed = 0;
  while (take(fast)) {
    ++passed;
  }
  EXPECT_EQ(passed, 1000);
  now += Millis(1);
  for (passed = 0; take(fast); ++passed) {
  }
  EXPECT_EQ(passed, 1000);
}

TEST_F(RateLimiterTest, theLargestNumbersDoNotOverflow) {
  now = Instant(Millis(std::int64_t{1} << 42));
  const RateLimit limit{0.001, 1000000};
  for (int count = 0; count < 1000000; ++count) {
    ASSERT_TRUE(take(limit));
  }
  EXPECT_FALSE(take(limit));
}

// A rate of three a second is no whole number of nanoseconds: however it is rounded, never more pass.
TEST_F(RateLimiterTest, inAnyTimeNoMorePassThanItSays) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const RateLimit limit{static_cast<double>(1 + random() % 70) / static_cast<double>(1 + random() % 7),
                          1 + random() % 20};
    limiter = {};
    std::vector<Instant> passed;
    for (int step = 0; step < 300; ++step) {
      now += Millis(random() % 3 == 0 ? random() % 400 : 0);
      if (take(limit)) {
        passed.push_back(now);
      } else {
        const Instant next = limiter.next(limit, now);
        EXPECT_GT(next, now);
        RateLimiter later = limiter;
        EXPECT_EQ(later.take(limit, next), RateOutcome::passes);
        RateLimiter sooner = limiter;
        EXPECT_EQ(sooner.take(limit, next - Millis(1)), RateOutcome::exceeds);
      }
    }
    for (std::size_t from = 0; from < passed.size(); ++from) {
      for (std::size_t to = from; to < passed.size(); ++to) {
        const double seconds = static_cast<double>((passed[to] - passed[from]).count()) / 1000;
        ASSERT_LE(static_cast<double>(to - from + 1),
                  static_cast<double>(limit.burst) + seconds * limit.perSecond + 1e-6);
      }
    }
  }
}

}  // namespace
}  // namespace millrace
