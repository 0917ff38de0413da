#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace millrace {

// Not below any event's sequence: up to this one is everything.
inline constexpr std::uint64_t kEverySequence = std::numeric_limits<std::uint64_t>::max();

// A position in one log: the number of the next entry to be read, counted from the log's beginning and never reused.
struct Cursor {
  std::uint64_t next = 0;

  friend auto operator<=>(const Cursor&, const Cursor&) = default;
};

}  // namespace millrace
