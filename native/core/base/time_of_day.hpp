#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"

#include <algorithm>

namespace millrace {

// What time of day an instant is. Where the system's clock is set back, it goes on from what it said before, and never goes back itself.
class TimeOfDay {
 public:
  // The system's clock says that it is `at` now.
  void note(UnixTime at, Instant now) {
    constexpr Millis kRounding{1};  // of both
    const UnixTime began = at - now.time_since_epoch();
    began_ = began + kRounding >= began_ ? began : began_;
  }

  [[nodiscard]] UnixTime next(Instant now) {
    last_ = std::max(last_, began_ + now.time_since_epoch());
    return last_;
  }

 private:
  UnixTime began_ = UnixTime::min();  // at the instant 0
  UnixTime last_ = UnixTime::min();
};

}  // namespace millrace
