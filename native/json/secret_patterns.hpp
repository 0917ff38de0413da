#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

// Characters that may follow a prefix.
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

// A key of some service: a literal prefix, and then so many characters of a set. Nothing of it is matched twice, so the time is linear.
struct SecretPattern {
  std::string_view prefix;
  CharacterSet characters{"A-Za-z0-9"};
  std::size_t least = 20;
  std::size_t most = std::numeric_limits<std::size_t>::max();  // with one more of the set, it is no match
  // So many letters and digits in a row have to be in it, a digit among them: names with hyphens are no keys.
  std::size_t leastRun = 0;
};

// Behind the pattern's match at `at`; none when it does not match there. What stands before `at` is the caller's to check.
[[nodiscard]] std::optional<std::size_t> matchEnd(const SecretPattern& pattern, std::string_view text, std::size_t at);

// The keys of common services, whose prefixes are in what they publish of them. Each match has sixteen word characters in a row.
[[nodiscard]] std::span<const SecretPattern> vendorPatterns();
// Of those, the prefixes that a full stop ends: the sixteen stand behind it.
[[nodiscard]] std::span<const SecretPattern> dottedPatterns();

}  // namespace millrace
