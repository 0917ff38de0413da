#include "core/session/backoff.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

constexpr double kAlmostOne = 1.0 - 1e-12;

TEST(Backoff, doublesUpToTheMost) {
  const Backoff backoff({Millis(100), Millis(1000)});
  const std::int64_t ceilings[] = {99, 199, 399, 799, 999, 999};
  for (std::uint32_t attempt = 0; attempt < 6; ++attempt) {
    EXPECT_EQ(backoff.wait(attempt, kAlmostOne).count(), ceilings[attempt]) << attempt;
    EXPECT_EQ(backoff.wait(attempt, 0).count(), 0) << attempt;
  }
}

TEST(Backoff, staysInItsBoundsWhateverComes) {
  for (const std::int64_t base : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1000}, std::int64_t{4294967295}}) {
    for (const std::int64_t most : {std::int64_t{0}, std::int64_t{5}, std::int64_t{30000}, std::int64_t{4294967295}}) {
      const Backoff backoff({Millis(base), Millis(most)});
      for (const std::uint32_t attempt : {0U, 1U, 31U, 32U, 63U, 64U, 65U, 4294967295U}) {
        for (const double random : {0.0, 0.5, kAlmostOne, 1.0, -3.0, 7.0}) {
          const std::int64_t wait = backoff.wait(attempt, random).count();
          EXPECT_GE(wait, 0);
          EXPECT_LE(wait, std::min<std::int64_t>(most, 2147483647));
        }
      }
    }
  }
}

TEST(Backoff, theServersRetryIsTheBaseAndRaisesTheMostOnlyWhileItIsLarger) {
  Backoff backoff({Millis(100), Millis(1000), Millis(0)});
  backoff.useServerRetry(Millis(5000));
  EXPECT_EQ(backoff.wait(0, 0.5), Millis(2500));
  EXPECT_EQ(backoff.wait(9, 0.5), Millis(2500));
  backoff.useServerRetry(Millis(10));
  EXPECT_EQ(backoff.wait(0, 0.5), Millis(5));
  EXPECT_EQ(backoff.wait(9, 0.5), Millis(500));
  backoff.useServerRetry(Millis(0));
  EXPECT_EQ(backoff.wait(9, kAlmostOne), Millis(0));
}

TEST(Backoff, theServersRetryCountsFromItsLeastToItsMost) {
  Backoff backoff({Millis(100), Millis(1000)});
  backoff.useServerRetry(Millis(0));
  EXPECT_EQ(backoff.wait(0, 0.5), Millis(250));
  EXPECT_EQ(backoff.wait(1, 0.5), Millis(500));
  backoff.useServerRetry(Millis(4294967295));
  EXPECT_EQ(backoff.wait(0, 0.5), Millis(1800000));
  Backoff inverted({Millis(100), Millis(1000), Millis(800), Millis(200)});  // the most is the last word
  inverted.useServerRetry(Millis(500));
  EXPECT_EQ(inverted.wait(0, 0.5), Millis(100));
}

}  // namespace
}  // namespace millrace
