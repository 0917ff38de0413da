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

// Whether the text has a NUL; up to `end` all can be read. For ids, of which every event has one.
[[nodiscard]] inline bool hasNul(std::string_view text, [[maybe_unused]] const char* end) {
#ifdef __wasm_simd128__
  constexpr std::size_t kMost = 2 * sizeof(Bytes16);
  const char* const begin = text.data();
  const bool fits = text.size() <= kMost && static_cast<std::size_t>(end - begin) >= kMost;
  if (fits && !hasBelow(least(load16(begin), load16(begin + sizeof(Bytes16))), 1)) {
    return false;  // nor is there one behind it
  }
#endif
  return text.find('\0') != std::string_view::npos;
}

}  // namespace millrace
