#pragma once

#include <optional>
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

// The id of the application's, of an event with one: the hub's own cursor stands behind it.
[[nodiscard]] inline std::optional<std::string_view> ownIdOf(std::string_view block) {
  constexpr std::string_view kField = "\nid: ";
  const std::size_t end = block.find("\n\n");
  if (end == std::string_view::npos || end + 2 == block.size()) {
    return std::nullopt;
  }
  const bool isFirst = block.starts_with(kField.substr(1));
  const std::size_t at = isFirst ? kField.size() - 1 : block.substr(0, end).find(kField) + kField.size();
  return block.substr(at, block.find('\n', at) - at);
}

}  // namespace millrace
