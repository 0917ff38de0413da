#pragma once

#include "core/log/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace millrace {

// How much one read gives of the logs; the last event may exceed the limit. With 0 bytes: only what goes before the logs.
struct ReadLimits {
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  // Does not count where one log is given as it lies: its spans are whole segments then.
  std::size_t spans = std::numeric_limits<std::size_t>::max();
  std::uint64_t sequence = kEverySequence;  // nothing newer
};

}  // namespace millrace
