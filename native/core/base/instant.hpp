#pragma once

#include <chrono>

namespace millrace {

using Millis = std::chrono::milliseconds;

// The core never asks for the time: it is an argument. The caller may count from anywhere, as long as it never goes back.
struct CallerClock {  // deliberately has no now()
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CallerClock>;
  static constexpr bool is_steady = true;
};

using Instant = CallerClock::time_point;

// Later than every deadline: "never".
inline constexpr Instant kNever = Instant::max();

}  // namespace millrace
