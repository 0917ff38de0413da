#pragma once

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

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
  constexpr std::size_t kBlock = sizeof(v128_t);
  const v128_t lineFeed = wasm_i8x16_const_splat('\n');
  const v128_t carriageReturn = wasm_i8x16_const_splat('\r');
  for (; at + kBlock <= bytes.size(); at += kBlock) {
    const v128_t block = wasm_v128_load(begin + at);
    const v128_t found = wasm_v128_or(wasm_i8x16_eq(block, lineFeed), wasm_i8x16_eq(block, carriageReturn));
    if (const std::uint32_t places = wasm_i8x16_bitmask(found); places != 0) {
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
