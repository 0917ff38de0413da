#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"

#include <algorithm>

namespace millrace {

// What time of day an instant is. Where the system's clock is set back, it goes on from what it said before, and never goes back itself.
class TimeOfDay {
 public:
  // The system's clock says that it is `at` now.
  void note(UnixTime at, Instant now) { began_ = std::max(began_, at - now.time_since_epoch()); }

  [[nodiscard]] UnixTime at(Instant now) const { return began_ + now.time_since_epoch(); }

 private:
  UnixTime began_ = UnixTime::min();  // at the instant 0
};

}  // namespace millrace
