#pragma once

#include "core/base/instant.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace millrace {

// How many of something there were a second, over the last minute.
class RateMeter {
 public:
  void add(std::uint64_t count, Instant now) {
    if (now >= end_) {
      moveTo(now);
    }
    slots_[current_] += count;
  }
  // What was before the first value counts as nothing: a burst at the beginning is no higher rate than one later.
  [[nodiscard]] double perSecond(Instant now) const;

 private:
  static constexpr Millis kSlot{5000};
  static constexpr std::size_t kSlots = 12;

  void moveTo(Instant now);

  std::array<std::uint64_t, kSlots> slots_{};
  std::size_t current_ = 0;
  Instant end_ = Instant::min();  // of the current slot
  Instant since_ = Instant::max();
};

}  // namespace millrace
