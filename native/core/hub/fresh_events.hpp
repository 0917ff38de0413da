#pragma once

#include "core/base/instant.hpp"
#include "core/log/channel_log.hpp"

#include <cstdint>

namespace millrace {

// The events that the last gather() gave or, once it is known what was taken, that were taken of them.
struct FreshEvents {
  void add(const LogEntry& entry, std::uint64_t count = 1) {
    since = events == 0 ? entry.at : since;
    events += static_cast<std::uint32_t>(count);
  }

  Instant since;  // when the oldest of them was appended
  std::uint32_t events = 0;
};

}  // namespace millrace
