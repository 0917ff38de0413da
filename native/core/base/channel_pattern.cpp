#include "core/base/channel_pattern.hpp"

#include <optional>

namespace millrace {
namespace {

// Parts that are still to be taken; none when there is no part left.
using Parts = std::optional<std::string_view>;

std::string_view firstOf(std::string_view parts) { return parts.substr(0, parts.find(':')); }

Parts restOf(std::string_view parts) {
  const std::size_t colon = parts.find(':');
  return colon == std::string_view::npos ? std::nullopt : Parts(parts.substr(colon + 1));
}

}  // namespace

// What follows the last `**` is tried at each later place; no earlier one needs to be tried again. So the time is the product
// of the lengths at most.
bool matchesPattern(std::string_view pattern, std::string_view key) {
  Parts wanted = pattern;
  Parts given = key;
  Parts behindAny;  // what follows the last `**`
  Parts anyUntil;   // where what it stands for ends, as far as was tried
  bool hasAny = false;
  while (given || wanted) {
    if (wanted && firstOf(*wanted) == "**") {
      hasAny = true;
      behindAny = wanted = restOf(*wanted);
      anyUntil = given;
    } else if (wanted && given && (firstOf(*wanted) == "*" || firstOf(*wanted) == firstOf(*given))) {
      wanted = restOf(*wanted);
      given = restOf(*given);
    } else if (hasAny && anyUntil) {
      anyUntil = restOf(*anyUntil);
      wanted = behindAny;
      given = anyUntil;
    } else {
      return false;
    }
  }
  return true;
}

bool coversPattern(std::string_view pattern, std::string_view other) {
  // A part of stars is matched by stars alone: as many of them, or more.
  return matchesPattern(pattern, other) &&
         (other.find("**") == std::string_view::npos || pattern.find("**") != std::string_view::npos);
}

}  // namespace millrace
