#pragma once

#include "core/base/instant.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace millrace {

// What a histogram counted within the last minute, from looking at its counts now and then.
class HistogramWindow {
 public:
  // The counts as they are now; gives those of the last minute, or since the first call.
  [[nodiscard]] std::vector<std::uint64_t> look(std::span<const std::uint64_t> counts, Instant now);

 private:
  static constexpr Millis kWindow{60000};

  struct Look {
    Instant at;
    std::vector<std::uint64_t> counts;
  };

  std::deque<Look> looks_;  // the first is the newest that is as old as the window, or older
};

}  // namespace millrace
