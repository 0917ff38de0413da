#include "wasm/text/utf16.hpp"

#include "core/base/bytes16.hpp"

#include <wasm_simd128.h>

#include <bit>
#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

constexpr int kBlock = sizeof(v128_t);

// Sixteen bytes: what of them, from the beginning, is ASCII.
int takeAscii(v128_t block, char16_t* out) {
  // All of it is written, and what is not ASCII is overwritten.
  wasm_v128_store(out, wasm_u16x8_extend_low_u8x16(block));
  wasm_v128_store(out + kBlock / 2, wasm_u16x8_extend_high_u8x16(block));
  return std::countr_zero(wasm_i8x16_bitmask(block) | 0x10000U);
}

// The first character of at most `size` bytes. Gives how many of them it has; 0 where they are none.
std::size_t takeOne(const char* at, std::size_t size, char16_t*& out) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, size < sizeof word ? size : sizeof word);
  const auto bits = [&](unsigned shift) { return word >> shift & 0x3FU; };
  if ((word & 0x80U) == 0) {
    *out++ = static_cast<char16_t>(word & 0x7FU);
    return 1;
  }
  if ((word & 0xC0E0U) == 0x80C0U) {
    const std::uint32_t point = (word & 0x1FU) << 6U | bits(8);
    *out++ = static_cast<char16_t>(point);
    return point < 0x80 ? 0 : 2;
  }
  if ((word & 0xC0C0F0U) == 0x8080E0U) {
    const std::uint32_t point = (word & 0x0FU) << 12U | bits(8) << 6U | bits(16);
    *out++ = static_cast<char16_t>(point);
    return point < 0x800 || (point & 0xF800U) == 0xD800U ? 0 : 3;
  }
  const std::uint32_t point = (word & 0x07U) << 18U | bits(8) << 12U | bits(16) << 6U | bits(24);
  *out++ = static_cast<char16_t>(0xD7C0U + (point >> 10U));  // 0xD800 - (0x10000 >> 10)
  *out++ = static_cast<char16_t>(0xDC00U + (point & 0x3FFU));
  return (word & 0xC0C0C0F8U) != 0x808080F0U || point - 0x10000U > 0xFFFFFU ? 0 : 4;
}

}  // namespace

std::size_t toUtf16(std::string_view utf8, char16_t* out) {
  const char* at = utf8.data();
  const char* const end = at + utf8.size();
  const char16_t* const begin = out;
  bool isBad = false;
  while (at != end) {
    while (end - at >= kBlock && static_cast<std::uint8_t>(*at) < 0x80) {
      const int taken = takeAscii(wasm_v128_load(at), out);
      at += taken;
      out += taken;
    }
    // Most of what is not ASCII in the east.
    while (end - at >= 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, at, sizeof word);
      if ((word & 0xC0C0F0U) != 0x8080E0U) {
        break;
      }
      const std::uint32_t point = (word & 0x0FU) << 12U | (word & 0x3F00U) >> 2U | (word & 0x3F0000U) >> 16U;
      isBad |= point < 0x800 || point - 0xD800U < 0x800U;
      *out++ = static_cast<char16_t>(point);
      at += 3;
    }
    if (at != end) {
      const std::size_t taken = takeOne(at, static_cast<std::size_t>(end - at), out);
      isBad |= taken == 0;
      if (isBad) {
        return 0;
      }
      at += taken;
    }
  }
  return isBad ? 0 : static_cast<std::size_t>(out - begin);
}

std::size_t utf16Units(std::string_view utf8) {
  // A unit a byte, none for those that continue a sequence, one more where it has four.
  std::size_t units = utf8.size();
  std::size_t at = 0;
  for (; at + sizeof(Bytes16) <= utf8.size(); at += sizeof(Bytes16)) {
    const Bytes16 bytes = load16(utf8.data() + at);
    const Bytes16 haveFour = bytes & (bytes << 1) & (bytes << 2) & (bytes << 3);
    units -= static_cast<std::size_t>(std::popcount(highBits(bytes & ~(bytes << 1))));
    units += static_cast<std::size_t>(std::popcount(highBits(haveFour)));
  }
  for (; at < utf8.size(); ++at) {
    const auto byte = static_cast<std::uint8_t>(utf8[at]);
    units -= (byte & 0xC0U) == 0x80U ? 1 : 0;
    units += byte >= 0xF0U ? 1 : 0;
  }
  return units;
}

}  // namespace millrace
