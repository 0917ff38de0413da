#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"

#include <algorithm>

namespace millrace {

// What time of day an instant is, by the last note of both. What it gives never goes back, whatever the clock does.
class TimeOfDay {
 public:
  // It is `at` now.
  void note(UnixTime at, Instant now) { began_ = at - now.time_since_epoch(); }

  [[nodiscard]] UnixTime next(Instant now) {
    last_ = std::max(last_, began_ + now.time_since_epoch());
    return last_;
  }

 private:
  UnixTime began_{};  // at the instant 0
  UnixTime last_{};
};

}  // namespace millrace
