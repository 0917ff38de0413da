#pragma once

#include <string_view>

namespace millrace {

// The type of an event that encodeEvent() wrote; empty: it has none, which means "message".
[[nodiscard]] inline std::string_view eventTypeOf(std::string_view block) {
  constexpr std::string_view kRaw = "raw\n";
  constexpr std::string_view kField = "event: ";
  if (block.starts_with(kRaw)) {
    block.remove_prefix(kRaw.size());
  }
  if (!block.starts_with(kField)) {
    return {};
  }
  block.remove_prefix(kField.size());
  return block.substr(0, block.find('\n'));
}

}  // namespace millrace
