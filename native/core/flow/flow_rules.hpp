#pragma once

#include "core/base/instant.hpp"
#include "core/flow/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>

namespace millrace {

// What happens to an event for which the buffer of a rate has no room.
enum class RateOverflow : std::uint8_t {
  dropOldest,  // the oldest one of the buffer goes, for good
  refuse,      // it is refused
};

// How many events leave a channel. What comes faster waits in a buffer, and leaves at the rate.
struct RateRule {
  RateLimit limit;
  std::size_t bufferEvents = 1000;
  std::size_t bufferBytes = std::size_t{1024} * 1024;
  RateOverflow overflow = RateOverflow::dropOldest;

  bool operator==(const RateRule&) const = default;
};

// What a channel does with events that come too fast. A window of 0 is none.
struct FlowRules {
  RateRule rate{};
  Millis mergeWindow{0};    // events of one merge key within it become one
  Millis throttleEvery{0};  // of events with one throttle key, the first leaves, and then the newest in each such time
  Millis batchEvery{0};     // events leave together, once in each such time

  [[nodiscard]] bool isNone() const {
    return rate.limit.isNone() && mergeWindow == Millis{0} && throttleEvery == Millis{0} && batchEvery == Millis{0};
  }
};

}  // namespace millrace
