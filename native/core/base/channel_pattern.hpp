#pragma once

#include <string_view>

namespace millrace {

// Whether a channel's key matches a pattern of parts between colons: `*` stands for one part, `**` for any number of parts,
// none included; every other part for itself. "room:*" matches "room:1" and neither "room" nor "room:1:log".
[[nodiscard]] bool matchesPattern(std::string_view pattern, std::string_view key);

// Whether every key that matches `other` matches the pattern, as far as their parts show it.
[[nodiscard]] bool coversPattern(std::string_view pattern, std::string_view other);

}  // namespace millrace
