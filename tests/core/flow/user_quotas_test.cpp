#include "core/flow/user_quotas.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

constexpr RateLimit kTwo{2, 2};

TEST(UserQuotas, eachUserHasOne) {
  UserQuotas quotas;
  const Instant now(Millis(1000));
  EXPECT_EQ(quotas.take("ann", kTwo, now), RateOutcome::passes);
  EXPECT_EQ(quotas.take("ann", kTwo, now), RateOutcome::passes);
  EXPECT_EQ(quotas.take("ann", kTwo, now), RateOutcome::exceeds);
  EXPECT_EQ(quotas.wait("ann", kTwo, now), Millis(500));
  EXPECT_EQ(quotas.take("bob", kTwo, now), RateOutcome::passes);
  EXPECT_EQ(quotas.take("ann", kTwo, now + Millis(500)), RateOutcome::passes);
}

TEST(UserQuotas, withoutALimitNobodyIsRemembered) {
  UserQuotas quotas;
  EXPECT_EQ(quotas.take("ann", {}, Instant{}), RateOutcome::passes);
  EXPECT_EQ(quotas.size(), 0U);
}

TEST(UserQuotas, whoIsIdleIsForgotten) {
  UserQuotas quotas;
  for (int user = 0; user < 20000; ++user) {
    ASSERT_EQ(quotas.take(std::to_string(user), kTwo, Instant(Millis(user))), RateOutcome::passes);
  }
  EXPECT_LT(quotas.size(), 3000U) << "500 of them are not idle at a time";
}

TEST(UserQuotas, whoComesBeyondTheMostIsRefused) {
  UserQuotas quotas;
  const Instant now(Millis(1000));
  int passed = 0;
  for (int user = 0; user < 150000; ++user) {
    passed += quotas.take(std::to_string(user), kTwo, now) == RateOutcome::passes ? 1 : 0;
  }
  EXPECT_EQ(passed, 100000);
  EXPECT_EQ(quotas.wait("somebody", kTwo, now), Millis(1000));
  EXPECT_EQ(quotas.take("somebody", kTwo, now + Millis(1000)), RateOutcome::passes);
  EXPECT_EQ(quotas.size(), 1U);
}

}  // namespace
}  // namespace millrace
