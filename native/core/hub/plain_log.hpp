#pragma once

#include "core/hub/subscriptions.hpp"
#include "core/log/segment_chain.hpp"

#include <cstddef>
#include <cstdint>

namespace millrace {

// What was given of one log.
struct PlainRead {
  bool hasMore = false;        // the bytes were not enough
  std::uint64_t position = 0;  // of the newest event that was given; 0: none was
};

// Appends the events of a subscription from its cursor up to `end`, at most so many bytes, where all of them are to be given: nothing is
// looked at event by event.
[[nodiscard]] PlainRead gatherPlain(Subscription& only, Cursor end, std::size_t bytes, Spans& spans);

}  // namespace millrace
