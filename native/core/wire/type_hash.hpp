#pragma once

#include "core/base/hash.hpp"
#include "core/wire/event.hpp"

#include <cstdint>
#include <string_view>

namespace millrace {

// How logs and filters name event types; an empty one is "message".
[[nodiscard]] inline std::uint64_t typeHash(std::string_view type) {
  return hash64(type.empty() ? kDefaultType : type);
}

}  // namespace millrace
