#pragma once

#include "core/base/instant.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace millrace {

// So many a second, and so many at once after a pause. In any time of t seconds at most `burst + t * perSecond` pass.
struct RateLimit {
  double perSecond = std::numeric_limits<double>::infinity();  // from 0.001; infinity: no limit
  std::size_t burst = 1;                                       // from 1 to 1,000,000

  [[nodiscard]] bool isNone() const { return perSecond == std::numeric_limits<double>::infinity(); }
  bool operator==(const RateLimit&) const = default;
};

enum class RateOutcome : std::uint8_t { passes, exceeds };

// The generic cell rate algorithm (ITU-T I.371, annex A), the virtual scheduling form: a token bucket whose only state is a time.
class RateLimiter {
 public:
  // One more wants to pass.
  [[nodiscard]] RateOutcome take(const RateLimit& limit, Instant now);
  // When the next may pass; not before `now`.
  [[nodiscard]] Instant next(const RateLimit& limit, Instant now) const;
  // It has all of its burst again: a new one would do as well.
  [[nodiscard]] bool isIdle(Instant now) const;

 private:
  std::int64_t due_ = 0;  // nanoseconds: when the next would be due if all came evenly
};

}  // namespace millrace
