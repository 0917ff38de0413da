#include "core/flow/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace millrace {
namespace {

using Nanos = std::chrono::nanoseconds;

std::int64_t nanosOf(Instant at) { return std::chrono::duration_cast<Nanos>(at.time_since_epoch()).count(); }

// Rounded up, so that never more pass.
std::int64_t intervalOf(const RateLimit& limit) {
  constexpr double kSlowest = 0.001;
  constexpr double kSecond = 1e9;
  return static_cast<std::int64_t>(std::ceil(kSecond / std::max(limit.perSecond, kSlowest)));
}

// How far ahead of its time one may pass.
std::int64_t toleranceOf(const RateLimit& limit) {
  constexpr std::size_t kMost = 1000000;
  return intervalOf(limit) * static_cast<std::int64_t>(std::clamp<std::size_t>(limit.burst, 1, kMost) - 1);
}

}  // namespace

RateOutcome RateLimiter::take(const RateLimit& limit, Instant now) {
  if (limit.isNone()) {
    return RateOutcome::passes;
  }
  const std::int64_t at = nanosOf(now);
  const std::int64_t due = std::max(due_, at);
  if (due - at > toleranceOf(limit)) {
    return RateOutcome::exceeds;
  }
  due_ = due + intervalOf(limit);
  return RateOutcome::passes;
}

Instant RateLimiter::next(const RateLimit& limit, Instant now) const {
  if (limit.isNone()) {
    return now;
  }
  const Nanos at(std::max<std::int64_t>(due_ - toleranceOf(limit), 0));
  return std::max(now, Instant(std::chrono::ceil<Millis>(at)));
}

bool RateLimiter::isIdle(Instant now) const { return due_ <= nanosOf(now); }

}  // namespace millrace
