#pragma once

#include "core/base/instant.hpp"

#include <cstdint>
#include <string_view>

namespace millrace {

// What is to be appended to a channel of the store. What it points to stays in place until the store has answered, and may be used without
// the hub's guard.
struct StoreJob {
  std::string_view channel;
  std::uint64_t sequence = 0;
  std::uint64_t after = 0;  // see StoreEntry
  std::string_view bytes;
  std::string_view label;
  std::string_view conflateKey;
  Instant at;
  Instant expires = kNever;
};

}  // namespace millrace
