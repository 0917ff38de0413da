#include "core/wire/line_scan.hpp"

#include <cstring>

namespace millrace {
namespace {

// The lowest high bit that is set is that of the first CR or LF; behind it, others may be set by mistake.
std::uint64_t lineEndsIn(const char* place) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const auto zeroBytes = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; };
  std::uint64_t word = 0;
  std::memcpy(&word, place, sizeof word);
  return zeroBytes(word ^ (kOnes * '\n')) | zeroBytes(word ^ (kOnes * '\r'));
}

}  // namespace

std::size_t findLineEndFrom(std::string_view bytes, std::size_t from) {
  const char* const begin = bytes.data();
  std::size_t at = from;
#ifdef __wasm_simd128__
  const auto blockAt = [&](std::size_t block) { return load16(begin + at + block * sizeof(Bytes16)); };
  constexpr std::size_t kStride = 4 * sizeof(Bytes16);
  for (; at + kStride <= bytes.size(); at += kStride) {
    // Only controls are below, and hardly any text has other ones.
    const bool hasControls = hasBelow(least(least(blockAt(0), blockAt(1)), least(blockAt(2), blockAt(3))), '\r' + 1);
    if (hasControls && highBits((lineEndsIn(blockAt(0)) | lineEndsIn(blockAt(1))) |
                                (lineEndsIn(blockAt(2)) | lineEndsIn(blockAt(3)))) != 0) {
      break;
    }
  }
#endif
  for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
    if (const std::uint64_t places = lineEndsIn(begin + at); places != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(places)) / 8;
    }
  }
  for (; at < bytes.size(); ++at) {
    if (bytes[at] == '\n' || bytes[at] == '\r') {
      return at;
    }
  }
  return std::string_view::npos;
}

#ifdef __wasm_simd128__
std::size_t LineEnds::lengthBeyond(const char* at, const char* end, const char* from) {
  if (from >= end) {
    return std::string_view::npos;
  }
  const auto placesIn = [&](std::size_t block) {
    return std::uint64_t{highBits(lineEndsIn(load16(from + block * sizeof(Bytes16))))} << (block * sizeof(Bytes16));
  };
  window_ = from;
  ends_ = placesIn(0) | placesIn(1) | placesIn(2) | placesIn(3);
  const auto rest = static_cast<std::size_t>(end - from);
  if (rest < kWindow) {
    ends_ &= (std::uint64_t{1} << rest) - 1;
  }
  const auto before = static_cast<std::size_t>(from - at);
  if (ends_ != 0) {
    return before + static_cast<std::size_t>(std::countr_zero(ends_));
  }
  return rest <= kWindow ? std::string_view::npos : findLineEndFrom({at, before + rest}, before + kWindow);
}
#endif

}  // namespace millrace
