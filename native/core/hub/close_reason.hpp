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
  expired,       // it was let in until now
  revoked,       // it was let in, and is not any more
  moved,         // it is to come back, here or elsewhere
};
constexpr std::size_t kCloseReasons = static_cast<std::size_t>(CloseReason::moved) + 1;  // moved is the last

// As clients and applications are told it.
[[nodiscard]] std::string_view closeReasonName(CloseReason reason);

// The end is intended, and the client is told so.
[[nodiscard]] constexpr bool isIntended(CloseReason reason) {
  return reason == CloseReason::closed || reason == CloseReason::completed || reason == CloseReason::durationCap ||
         reason == CloseReason::draining || reason == CloseReason::expired || reason == CloseReason::revoked ||
         reason == CloseReason::moved;
}

// The application has ended the stream: its client is not to come back.
[[nodiscard]] constexpr bool isFinal(CloseReason reason) {
  return reason == CloseReason::closed || reason == CloseReason::completed || reason == CloseReason::revoked;
}

// What the client has by then is the whole of what the stream was for.
[[nodiscard]] constexpr bool isWhole(CloseReason reason) { return isFinal(reason) && reason != CloseReason::revoked; }

// The client cannot receive what is left: its connection is closed at once.
[[nodiscard]] constexpr bool isHopeless(CloseReason reason) {
  return reason == CloseReason::lagging || reason == CloseReason::disconnected;
}

}  // namespace millrace
