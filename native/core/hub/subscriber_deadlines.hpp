#pragma once

#include "core/base/instant.hpp"

#include <algorithm>

namespace millrace {

// When something is due for one subscriber; kNever where nothing is.
struct SubscriberDeadlines {
  Instant heartbeat = kNever;
  Instant end =
      kNever;  // its maximum duration, its wave of a drain; once it is ending, its time for taking what is left
  Instant unread = kNever;   // it is closed then, if nobody has begun to read it
  Instant catchUp = kNever;  // its time to catch up is over then
  Instant stall = kNever;    // it is closed then, if it takes nothing until then
  Instant noted = kNever;    // what the hub's Deadlines have noted, at most the next of the others

  [[nodiscard]] Instant next() const { return std::min({heartbeat, end, unread, catchUp, stall}); }
  void stop() { heartbeat = end = unread = catchUp = stall = kNever; }
};

}  // namespace millrace
