#pragma once

#include <cstdint>
#include <cstring>

// Sixteen bytes at once, where WebAssembly has them; elsewhere the loops that use this take eight.
#ifdef __wasm_simd128__

namespace millrace {

using Bytes16 = signed char __attribute__((vector_size(16)));
using UnsignedBytes16 = unsigned char __attribute__((vector_size(16)));

[[nodiscard]] inline Bytes16 load16(const char* place) {
  Bytes16 bytes;
  std::memcpy(&bytes, place, sizeof bytes);
  return bytes;
}

[[nodiscard]] inline Bytes16 splat16(char byte) { return Bytes16{} + static_cast<signed char>(byte); }

// The highest bits of the bytes, the first byte's lowest.
[[nodiscard]] inline std::uint32_t highBits(Bytes16 bytes) {
  return static_cast<std::uint32_t>(__builtin_wasm_bitmask_i8x16(bytes));
}

// Of each two bytes, the smaller, as numbers from 0 to 255.
[[nodiscard]] inline Bytes16 least(Bytes16 left, Bytes16 right) {
  return static_cast<Bytes16>(
      __builtin_elementwise_min(static_cast<UnsignedBytes16>(left), static_cast<UnsignedBytes16>(right)));
}
[[nodiscard]] inline bool hasBelow(Bytes16 bytes, unsigned char limit) {
  return highBits(static_cast<Bytes16>(static_cast<UnsignedBytes16>(bytes) < (UnsignedBytes16{} + limit))) != 0;
}

// The highest bit of each CR and LF.
[[nodiscard]] inline Bytes16 lineEndsIn(Bytes16 bytes) { return (bytes == splat16('\n')) | (bytes == splat16('\r')); }

}  // namespace millrace

#endif
