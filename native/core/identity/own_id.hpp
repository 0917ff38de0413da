#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// What keeps an id of the application's from coming back in a client's `Last-Event-ID` header.
enum class IdFault : std::uint8_t {
  none,
  empty,       // the client would have no id at all
  tooLong,     // above kMostIdBytes: servers refuse a request whose header is too large (431)
  control,     // a byte below 0x20, or 0x7f: no header value may hold one (RFC 9110, 5.5)
  outerSpace,  // a space at an end, which is no part of a header's value
  reserved,    // the form of the hub's own ids, `<epoch>.<sequence>`
};

// The largest id of the application's, in bytes of UTF-8.
inline constexpr std::size_t kMostIdBytes = 1024;

[[nodiscard]] IdFault faultOf(std::string_view id);

}  // namespace millrace
