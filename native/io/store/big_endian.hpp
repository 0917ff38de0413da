#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// The number of four bytes there, as SQLite's files have them. They must be there.
[[nodiscard]] inline std::uint32_t bigEndian(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) {
    number = number << 8U | static_cast<std::uint8_t>(byte);
  }
  return number;
}

}  // namespace millrace
