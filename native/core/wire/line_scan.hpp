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

// The ends of a chunk's lines, one behind the other. Where there are sixteen bytes at once, those in 64 are found together, and
// then each costs a shift: to look for one from where the last one was has to wait for that.
class LineEnds {
 public:
  // What can be read behind a chunk, whatever it is. Only where there are sixteen bytes at once.
  static constexpr std::size_t kSlack = 64;

  // Another chunk.
  void begin() { window_ = nullptr; }

  // The length of the line at this place of the chunk, which ends there; npos if it goes on behind it.
  [[nodiscard]] std::size_t lengthAt(const char* at, const char* end) {
#ifdef __wasm_simd128__
    const auto offset = static_cast<std::size_t>(at - window_);
    const bool isInWindow = offset < kWindow;
    if (const std::uint64_t ends = isInWindow ? ends_ >> offset : 0; ends != 0) {
      return static_cast<std::size_t>(std::countr_zero(ends));
    }
    return lengthBeyond(at, end, isInWindow ? window_ + kWindow : at);
#else
    return findLineEnd({at, static_cast<std::size_t>(end - at)});
#endif
  }

 private:
  static constexpr std::size_t kWindow = 64;

  std::size_t lengthBeyond(const char* at, const char* end, const char* from);

  const char* window_ = nullptr;
  std::uint64_t ends_ = 0;  // a bit for each byte from there on, the first one's lowest
};

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
