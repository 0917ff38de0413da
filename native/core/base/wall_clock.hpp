#pragma once

#include "core/base/instant.hpp"
#include "core/base/unix_time.hpp"

namespace millrace {

// Turns instants, which count from anywhere, into the time of day and back, for what a later process reads. The caller says once what
// the clock shows; that somebody sets the clock meanwhile changes nothing.
class WallClock {
 public:
  WallClock() = default;
  WallClock(Instant now, UnixTime shows) : zero_(shows - now.time_since_epoch()) {}

  [[nodiscard]] UnixTime timeOf(Instant instant) const {
    return instant == kNever ? UnixTime::max() : zero_ + instant.time_since_epoch();
  }
  [[nodiscard]] Instant instantOf(UnixTime time) const {
    return time == UnixTime::max() ? kNever : Instant(time - zero_);
  }

 private:
  UnixTime zero_{};
};

}  // namespace millrace
