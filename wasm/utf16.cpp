#include "utf16.hpp"

#include <wasm_simd128.h>

#include <bit>
#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

constexpr int kBlock = sizeof(v128_t);

}  // namespace

std::size_t toUtf16(std::string_view utf8, char16_t* out) {
  const char* at = utf8.data();
  const char* const end = at + utf8.size();
  const char16_t* const begin = out;
  const auto byteAt = [&](std::size_t offset) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(at[offset]));
  };
  const auto lowBits = [&](std::size_t offset) { return byteAt(offset) & 0x3FU; };
  while (at != end) {
    while (end - at >= kBlock && static_cast<std::uint8_t>(*at) < 0x80) {
      const v128_t block = wasm_v128_load(at);
      const std::uint32_t others = wasm_i8x16_bitmask(block);
      // All of it is written, and what is not ASCII is overwritten: the room is a unit for each byte.
      wasm_v128_store(out, wasm_u16x8_extend_low_u8x16(block));
      wasm_v128_store(out + kBlock / 2, wasm_u16x8_extend_high_u8x16(block));
      const int ascii = others == 0 ? kBlock : std::countr_zero(others);
      at += ascii;
      out += ascii;
    }
    while (end - at >= 4 && (byteAt(0) & 0xF0U) == 0xE0U) {
      std::uint32_t word = 0;
      std::memcpy(&word, at, sizeof word);
      *out++ = static_cast<char16_t>((word & 0x0FU) << 12U | (word & 0x3F00U) >> 2U | (word & 0x3F0000U) >> 16U);
      at += 3;
    }
    if (at == end) {
      break;
    }
    const std::uint32_t lead = byteAt(0);
    if (lead < 0x80) {
      *out++ = static_cast<char16_t>(lead);
      at += 1;
    } else if (lead < 0xE0) {
      *out++ = static_cast<char16_t>((lead & 0x1FU) << 6U | lowBits(1));
      at += 2;
    } else if (lead < 0xF0) {
      *out++ = static_cast<char16_t>((lead & 0x0FU) << 12U | lowBits(1) << 6U | lowBits(2));
      at += 3;
    } else {
      const std::uint32_t point = (lead & 0x07U) << 18U | lowBits(1) << 12U | lowBits(2) << 6U | lowBits(3);
      *out++ = static_cast<char16_t>(0xD7C0U + (point >> 10U));  // 0xD800 - (0x10000 >> 10)
      *out++ = static_cast<char16_t>(0xDC00U + (point & 0x3FFU));
      at += 4;
    }
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace millrace
