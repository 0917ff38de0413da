#include "core/hub/retry_spread.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace {

// Multiples of the golden ratio lie evenly however many there are (Knuth, TAOCP 3, 6.4).
std::uint32_t RetrySpread::at(std::uint64_t place) const {
  constexpr double kGoldenRatio = 0.6180339887498949;
  double whole = 0;
  const double part = std::modf(static_cast<double>(place) * kGoldenRatio, &whole);
  return toRetry(from + Millis(static_cast<Millis::rep>(static_cast<double>(over.count()) * part)));
}

std::uint32_t Returns::next(Instant now) {
  constexpr Millis kWindow{1000};
  constexpr Millis kFrom{100};
  constexpr Millis kLeast{200};
  constexpr Millis kMost{10000};
  constexpr Millis::rep kEach = 4;
  if (count_ == 0 || now - since_ >= kWindow) {
    since_ = now;
    count_ = 0;
  }
  const auto left = static_cast<Millis::rep>(++count_);
  return RetrySpread{kFrom, std::clamp(Millis(left * kEach), kLeast, kMost)}.at(count_);
}

std::uint32_t toRetry(Millis wait) {
  constexpr Millis::rep kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<Millis::rep>(wait.count(), 0, kMost));
}

}  // namespace millrace
