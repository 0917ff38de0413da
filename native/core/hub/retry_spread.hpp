#pragma once

#include "core/base/instant.hpp"

#include <cstdint>

namespace millrace {

// When clients come back that leave together: each at a time of its own.
struct RetrySpread {
  Millis from{0};
  Millis over{0};

  // In milliseconds, of the one at this place, from 1 on; evenly spread, however many there are.
  [[nodiscard]] std::uint32_t at(std::uint64_t place) const;
};

// When clients come back that leave one by one, at whatever times: soon, and each at a time of its own where many leave within a second.
class Returns {
 public:
  // In milliseconds.
  [[nodiscard]] std::uint32_t next(Instant now);

 private:
  Instant since_{};
  std::uint64_t count_ = 0;  // that left since then
};

// As many milliseconds as clients can read: they read 32 bits.
[[nodiscard]] std::uint32_t toRetry(Millis wait);

}  // namespace millrace
