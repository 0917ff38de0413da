// What the module uses of the C library; README.md says why it is our own.
#include <wasm_simd128.h>

#include <cstddef>
#include <cstdint>

namespace {

constexpr std::size_t kLong = 256;
constexpr std::size_t kBlock = sizeof(v128_t);

// Both ends are read before either is written, and meet in the middle.
template <typename Piece>
void moveEnds(char* to, const char* from, std::size_t size) {
  using Unaligned __attribute__((aligned(1), may_alias)) = Piece;
  const char* const lastFrom = from + size - sizeof(Piece);
  const Piece first = *reinterpret_cast<const Unaligned*>(from);
  const Piece last = *reinterpret_cast<const Unaligned*>(lastFrom);
  *reinterpret_cast<Unaligned*>(to) = first;
  *reinterpret_cast<Unaligned*>(to + size - sizeof(Piece)) = last;
}

std::uint64_t wordAt(const std::uint8_t* place) {
  using Unaligned __attribute__((aligned(1), may_alias)) = std::uint64_t;
  return *reinterpret_cast<const Unaligned*>(place);
}

}  // namespace

extern "C" {

void* memmove(void* to, const void* from, std::size_t size) {
  char* const out = static_cast<char*>(to);
  const char* const in = static_cast<const char*>(from);
  // Upwards, over itself: block by block would read what it has written.
  const bool isOver = static_cast<std::size_t>(out - in) < size;
  if (size >= kLong || (isOver && size > 2 * kBlock)) {
    __builtin_memmove(to, from, size);
  } else if (size > 2 * kBlock) {
    const v128_t last = wasm_v128_load(in + size - kBlock);
    for (std::size_t at = 0; at + kBlock < size; at += kBlock) {
      wasm_v128_store(out + at, wasm_v128_load(in + at));
    }
    wasm_v128_store(out + size - kBlock, last);
  } else if (size >= kBlock) {
    const v128_t first = wasm_v128_load(in);
    const v128_t last = wasm_v128_load(in + size - kBlock);
    wasm_v128_store(out, first);
    wasm_v128_store(out + size - kBlock, last);
  } else if (size >= sizeof(std::uint64_t)) {
    moveEnds<std::uint64_t>(out, in, size);
  } else if (size >= sizeof(std::uint32_t)) {
    moveEnds<std::uint32_t>(out, in, size);
  } else if (size >= sizeof(std::uint16_t)) {
    moveEnds<std::uint16_t>(out, in, size);
  } else if (size == 1) {
    *out = *in;
  }
  return to;
}

void* memcpy(void* to, const void* from, std::size_t size) { return memmove(to, from, size); }

void* memset(void* to, int byte, std::size_t size) { return __builtin_memset(to, byte, size); }

int memcmp(const void* left, const void* right, std::size_t size) {
  const auto* const one = static_cast<const std::uint8_t*>(left);
  const auto* const other = static_cast<const std::uint8_t*>(right);
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::size_t at = 0;
  while (at + kWord <= size && wordAt(one + at) == wordAt(other + at)) {
    at += kWord;
  }
  while (at < size && one[at] == other[at]) {
    ++at;
  }
  return at < size ? one[at] - other[at] : 0;
}

void* memchr(const void* text, int byte, std::size_t size) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto* const bytes = static_cast<const std::uint8_t*>(text);
  const auto wanted = static_cast<std::uint8_t>(byte);
  // Its lowest high bit is that of the first byte that is wanted.
  const auto placesIn = [&](std::size_t at) {
    const std::uint64_t word = wordAt(bytes + at) ^ (kOnes * wanted);
    return (word - kOnes) & ~word & (kOnes << 7U);
  };
  std::size_t at = 0;
  while (at + kWord <= size && placesIn(at) == 0) {
    at += kWord;
  }
  while (at < size && bytes[at] != wanted) {
    ++at;
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): C's own signature
  return at < size ? const_cast<std::uint8_t*>(bytes + at) : nullptr;
}

}  // extern "C"
