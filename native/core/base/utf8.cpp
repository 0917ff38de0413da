#include "core/base/utf8.hpp"

#include "core/base/bytes16.hpp"

#include <cstddef>
#include <cstring>

namespace millrace {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

// The length of the well-formed sequence at the beginning, 0 when there is none.
std::size_t sequenceLength(std::string_view bytes) {
  const auto byteAt = [&](std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : static_cast<unsigned char>(0);
  };
  const auto within = [&](std::size_t at, unsigned low, unsigned high) {
    return byteAt(at) >= low && byteAt(at) <= high;
  };
  const unsigned lead = byteAt(0);
  if (lead >= 0xC2 && lead <= 0xDF) {
    return within(1, 0x80, 0xBF) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::size_t asciiPrefix(std::string_view bytes) {
  std::size_t at = 0;
#ifdef __wasm_simd128__
  constexpr std::size_t kStride = 4 * sizeof(Bytes16);
  while (at + kStride <= bytes.size()) {
    const auto blockAt = [&](std::size_t block) { return load16(bytes.data() + at + block * sizeof(Bytes16)); };
    if (highBits((blockAt(0) | blockAt(1)) | (blockAt(2) | blockAt(3))) != 0) {
      break;
    }
    at += kStride;
  }
  while (at + sizeof(Bytes16) <= bytes.size() && highBits(load16(bytes.data() + at)) == 0) {
    at += sizeof(Bytes16);
  }
#endif
  while (at + sizeof(std::uint64_t) <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & kHighBits) != 0) {
      break;
    }
    at += sizeof word;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) {
    ++at;
  }
  return at;
}

bool isUtf8(std::string_view bytes) {
  while (true) {
    bytes.remove_prefix(asciiPrefix(bytes));
    if (bytes.empty()) {
      return true;
    }
    const std::size_t length = sequenceLength(bytes);
    if (length == 0) {
      return false;
    }
    bytes.remove_prefix(length);
  }
}

}  // namespace millrace
