#include "core/base/error.hpp"

namespace millrace {

std::string_view codeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::streamClosed:
      return "STREAM_CLOSED";
    case ErrorCode::invalidField:
      return "INVALID_FIELD";
    case ErrorCode::eventTooLarge:
      return "EVENT_TOO_LARGE";
    case ErrorCode::lineTooLong:
      return "LINE_TOO_LONG";
    case ErrorCode::invalidUtf8:
      return "INVALID_UTF8";
    case ErrorCode::overloaded:
      return "OVERLOADED";
    case ErrorCode::tooManyConnections:
      return "TOO_MANY_CONNECTIONS";
    case ErrorCode::serverFull:
      return "SERVER_FULL";
  }
  return "UNKNOWN";
}

}  // namespace millrace
