#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// Why a subscriber ends.
enum class CloseReason : std::uint8_t {
  closed,        // the application closed it
  disconnected,  // the client has gone
  lagging,       // it fell behind its limits under Overflow::disconnect
  durationCap,   // it reached its maximum duration
  unread,        // nobody began to read it
  completed,     // it was given an event after which it was to end
  draining,      // the hub is shutting down
  refused,       // its response was an error after all
};
constexpr std::size_t kCloseReasons = static_cast<std::size_t>(CloseReason::refused) + 1;  // refused is the last

// As clients and applications are told it.
[[nodiscard]] std::string_view closeReasonName(CloseReason reason);

// The end is intended, and the client is told so.
[[nodiscard]] constexpr bool isIntended(CloseReason reason) {
  return reason == CloseReason::closed || reason == CloseReason::completed || reason == CloseReason::durationCap ||
         reason == CloseReason::draining;
}

// The application has ended the stream: its client is not to come back.
[[nodiscard]] constexpr bool isFinal(CloseReason reason) {
  return reason == CloseReason::closed || reason == CloseReason::completed;
}

// The client cannot receive what is left: its connection is closed at once.
[[nodiscard]] constexpr bool isHopeless(CloseReason reason) {
  return reason == CloseReason::lagging || reason == CloseReason::disconnected;
}

}  // namespace millrace
