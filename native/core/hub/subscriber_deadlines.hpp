#pragma once

#include "core/base/instant.hpp"

#include <algorithm>

namespace millrace {

// When something is due for one subscriber; kNever where nothing is.
struct SubscriberDeadlines {
  Instant heartbeat = kNever;
  // Of its maximum duration, or its wave of a drain; once it is ending, of its time for taking what is left.
  Instant end = kNever;
  Instant unread = kNever;   // it is closed then, if nobody has begun to read it
  Instant catchUp = kNever;  // its time to catch up is over then
  Instant stall = kNever;    // it is closed then, if it takes nothing until then
  Instant noted = kNever;    // what Deadlines have noted, and only they set it: not later than next()

  [[nodiscard]] Instant next() const { return std::min({heartbeat, end, unread, catchUp, stall}); }
  void stop() { heartbeat = end = unread = catchUp = stall = kNever; }
};

}  // namespace millrace
