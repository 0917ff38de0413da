#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// What a heartbeat can tell of its stream.
struct HeartbeatFields {
  std::uint64_t n = 0;  // the first heartbeat is 1
  std::uint64_t streamId = 0;
  std::int64_t uptimeMs = 0;
  std::uint64_t events = 0;  // that the stream was given
  std::uint64_t bytes = 0;
  std::uint64_t channels = 0;
  std::int64_t everyMs = 0;                 // until the next
  std::optional<std::int64_t> remainingMs;  // none: the stream has no end of its own
};

// A text in which `{n}`, `{streamId}`, `{uptimeMs}`, `{uptimeSeconds}`, `{events}`, `{bytes}`, `{channels}`, `{everyMs}`, `{remainingMs}` and
// `{remainingSeconds}` stand for what they name; others stay. A JSON text that is nothing but one of them ("{n}") becomes a number or null, but
// for the stream's id, which is a text.
[[nodiscard]] std::string filledHeartbeat(std::string_view text, const HeartbeatFields& fields);

}  // namespace millrace
