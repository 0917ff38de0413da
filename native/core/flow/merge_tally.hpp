#pragma once

#include "core/base/unix_time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// The events of one key that have become one.
struct MergeTally {
  std::size_t count = 0;  // that came within the window, the first of them included
  UnixTime firstAt{};
  UnixTime lastAt{};

  void add(UnixTime at);
};

// Adds the members `count`, `firstAt` and `lastAt` to the text of a JSON object, behind all others: of members of one name the last
// counts (ECMA-262, 25.5.1). None where the text is no object.
[[nodiscard]] std::optional<std::string> withTally(std::string_view json, const MergeTally& tally);

}  // namespace millrace
