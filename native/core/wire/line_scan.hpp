#pragma once

#include "core/base/bytes16.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace {

// The position of the first CR or LF, or npos. Reads each byte once, some at a time, so a stray CR costs nothing extra.
[[nodiscard]] inline std::size_t findLineEnd(std::string_view bytes) {
  const char* const begin = bytes.data();
  std::size_t at = 0;
#ifdef __wasm_simd128__
  const Bytes16 lineFeed = splat16('\n');
  const Bytes16 carriageReturn = splat16('\r');
  for (; at + sizeof(Bytes16) <= bytes.size(); at += sizeof(Bytes16)) {
    const Bytes16 block = load16(begin + at);
    if (const std::uint32_t places = highBits((block == lineFeed) | (block == carriageReturn)); places != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(places));
    }
  }
#endif
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const auto hasZeroByte = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; };
  for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, begin + at, sizeof word);
    if ((hasZeroByte(word ^ (kOnes * '\n')) | hasZeroByte(word ^ (kOnes * '\r'))) != 0) {
      break;
    }
  }
  for (; at < bytes.size(); ++at) {
    if (bytes[at] == '\n' || bytes[at] == '\r') {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace millrace
