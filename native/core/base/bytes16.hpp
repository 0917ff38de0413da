#pragma once

#include <cstdint>
#include <cstring>

// Sixteen bytes at once, where WebAssembly has them; elsewhere the loops that use this take eight.
#ifdef __wasm_simd128__

namespace millrace {

using Bytes16 = signed char __attribute__((vector_size(16)));

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

// The highest bit of each CR and LF.
[[nodiscard]] inline Bytes16 lineEndsIn(Bytes16 bytes) { return (bytes == splat16('\n')) | (bytes == splat16('\r')); }

}  // namespace millrace

#endif
