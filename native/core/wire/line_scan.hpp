#pragma once

#include "core/base/bytes16.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// The rest of findLineEnd(), for long lines and the ends of chunks: there is none before `from`.
[[nodiscard]] std::size_t findLineEndFrom(std::string_view bytes, std::size_t from);

// The position of the first CR or LF, or npos. Reads each byte once, some at a time, so a stray CR costs nothing extra.
[[nodiscard]] inline std::size_t findLineEnd(std::string_view bytes) {
  std::size_t at = 0;
#ifdef __wasm_simd128__
  constexpr std::size_t kNear = 4 * sizeof(Bytes16);
  for (; at < kNear && at + sizeof(Bytes16) <= bytes.size(); at += sizeof(Bytes16)) {
    if (const std::uint32_t places = highBits(lineEndsIn(load16(bytes.data() + at))); places != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(places));
    }
  }
#endif
  return findLineEndFrom(bytes, at);
}

}  // namespace millrace
