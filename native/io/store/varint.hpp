#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// Numbers in as few bytes as they need: seven bits a byte, the lowest first, and the eighth says that more follow (LEB128).
inline void appendVarint(std::uint64_t number, std::string& out) {
  constexpr std::uint64_t kMore = 0x80;
  for (; number >= kMore; number >>= 7U) {
    out.push_back(static_cast<char>((number & 0x7FU) | kMore));
  }
  out.push_back(static_cast<char>(number));
}

// A difference of either sign, so that small ones take few bytes: 0, -1, 1, -2 are 0, 1, 2, 3.
inline void appendDifference(std::uint64_t difference, std::string& out) {
  appendVarint((difference << 1U) ^ (std::uint64_t{0} - (difference >> 63U)), out);
}

// Takes numbers and bytes from the beginning of a text that may be anything. What is not there is 0 or empty, and isSound()
// is false from then on.
class VarintReader {
 public:
  explicit VarintReader(std::string_view text) : next_(text.data()), left_(text.size()) {}

  [[nodiscard]] std::uint64_t varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t value = byte();
      number |= (value & 0x7FU) << shift;
      if (value < 0x80) {
        return number;
      }
    }
    return fail();
  }
  [[nodiscard]] std::uint64_t difference() {
    const std::uint64_t number = varint();
    return (number >> 1U) ^ (std::uint64_t{0} - (number & 1U));
  }
  [[nodiscard]] std::uint8_t byte() {
    if (left_ == 0) {
      return fail();
    }
    --left_;
    return static_cast<std::uint8_t>(*next_++);
  }
  [[nodiscard]] std::string_view bytes(std::uint64_t size) {
    if (size > left_) {
      fail();
      return {};
    }
    const std::string_view taken(next_, static_cast<std::size_t>(size));
    next_ += size;
    left_ -= static_cast<std::size_t>(size);
    return taken;
  }

  [[nodiscard]] std::string_view rest() const { return {next_, left_}; }
  [[nodiscard]] bool isSound() const { return isSound_; }

 private:
  std::uint8_t fail() {
    isSound_ = false;
    left_ = 0;
    return 0;
  }

  const char* next_;
  std::size_t left_;
  bool isSound_ = true;
};

}  // namespace millrace
