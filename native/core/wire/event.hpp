#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

// The type of events that name none (WHATWG HTML 9.2.6).
inline constexpr std::string_view kDefaultType = "message";

// The fields of an event to be written. The views belong to the caller and are read only during the call.
struct EventFields {
  std::string_view type;                 // empty: no `event` line, so "message" at the client
  std::optional<std::string_view> id;    // empty text is a valid id: it clears the client's last event ID
  std::optional<std::uint32_t> retry;    // milliseconds
  std::optional<std::string_view> data;  // any text; line ends of every kind become separate `data` lines

  bool isRaw = false;  // the data is a text of its own, and no JSON
  // It was published before, by another hub perhaps, whose id it keeps.
  bool isImported = false;

  [[nodiscard]] bool isEmpty() const { return type.empty() && !id && !retry && !data; }
};

}  // namespace millrace
