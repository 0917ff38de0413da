#pragma once

#include <compare>
#include <cstdint>

namespace millrace {

// A position in one log: the number of the next entry to be read, counted from the log's beginning and never reused.
struct Cursor {
  std::uint64_t next = 0;

  friend auto operator<=>(const Cursor&, const Cursor&) = default;
};

}  // namespace millrace
