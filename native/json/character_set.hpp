#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// A set of bytes.
class CharacterSet {
 public:
  // Single characters, and ranges as in "A-Za-z0-9_"; a "-" that is first or last is itself.
  explicit constexpr CharacterSet(std::string_view members) {
    for (std::size_t at = 0; at < members.size(); ++at) {
      const bool isRange = at + 2 < members.size() && members[at + 1] == '-';
      const char last = isRange ? members[at + 2] : members[at];
      for (int member = static_cast<unsigned char>(members[at]); member <= static_cast<unsigned char>(last); ++member) {
        bits_[static_cast<std::size_t>(member) / kWord] |= std::uint64_t{1} << static_cast<unsigned>(member) % kWord;
      }
      at += isRange ? 2 : 0;
    }
  }

  [[nodiscard]] constexpr bool has(char character) const {
    const auto member = static_cast<unsigned char>(character);
    return (bits_[member / kWord] >> member % kWord & 1U) != 0;
  }

 private:
  static constexpr std::size_t kWord = 64;

  std::uint64_t bits_[4] = {};
};

}  // namespace millrace
