#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// The id that a hub gives to an event: `<epoch>.<sequence>`, e.g. "k3f9x2.1042". The epoch names one life of the hub (a
// restart without a durable log begins a new one), in lower-case base 36; the sequence counts the hub's events from 1.
struct EventId {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;

  friend bool operator==(const EventId&, const EventId&) = default;
};

// Appends the id's text, 34 bytes at most.
void appendEventId(EventId id, std::string& out);
[[nodiscard]] std::string formatEventId(EventId id);

// Accepts exactly what formatEventId() writes: no leading zeros, no capitals, nothing above 64 bits.
[[nodiscard]] std::optional<EventId> parseEventId(std::string_view text);

}  // namespace millrace
