#include "core/session/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace millrace {
namespace {

constexpr double kLongestTimer = 2147483647;  // what a timer of JavaScript can wait, in milliseconds

}  // namespace

void Backoff::useServerRetry(Millis retry) {
  base_ = std::min(std::max(retry, options_.serverLeast), options_.serverMost);
  most_ = std::max(options_.most, base_);
}

Millis Backoff::wait(std::uint32_t attempt, double random) const {
  constexpr std::uint32_t kMostDoublings = 64;  // beyond it every base has long reached its most
  const double doubled =
      std::ldexp(static_cast<double>(base_.count()), static_cast<int>(std::min(attempt, kMostDoublings)));
  const double ceiling = std::min(static_cast<double>(most_.count()), doubled);
  const double wait = std::floor(std::clamp(random, 0.0, 1.0) * ceiling);
  return Millis(static_cast<Millis::rep>(std::min(wait, kLongestTimer)));
}

}  // namespace millrace
