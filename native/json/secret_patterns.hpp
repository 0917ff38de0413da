#pragma once

#include "json/character_set.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace millrace {

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
