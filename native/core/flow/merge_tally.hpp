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

// The text of a JSON object with the members `count`, `firstAt` and `lastAt`; see withMembers().
[[nodiscard]] std::optional<std::string> withTally(std::string_view json, const MergeTally& tally);

}  // namespace millrace
