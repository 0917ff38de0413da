#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

// The failures that the core reports; the doors give them to JavaScript as SSEError codes of the same names.
enum class ErrorCode : std::uint8_t {
  streamClosed,        // STREAM_CLOSED
  invalidField,        // INVALID_FIELD
  eventTooLarge,       // EVENT_TOO_LARGE
  lineTooLong,         // LINE_TOO_LONG
  invalidUtf8,         // INVALID_UTF8
  overloaded,          // OVERLOADED
  tooManyConnections,  // TOO_MANY_CONNECTIONS
  serverFull,          // SERVER_FULL
};

// The stable name of a code, part of the public API.
[[nodiscard]] std::string_view codeName(ErrorCode code);

}  // namespace millrace
