#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace millrace {

// Each of `more` takes the place of the one of its name in `all`, or comes behind them.
template <typename Named>
void addByName(const std::vector<Named>& more, std::vector<Named>& all) {
  for (const Named& one : more) {
    const auto known =
        std::find_if(all.begin(), all.end(), [&one](const Named& other) { return other.name == one.name; });
    if (known == all.end()) {
      all.push_back(one);
    } else {
      *known = one;
    }
  }
}

// Policies, and behind them those of `added` whose name and channels none of them has.
template <typename Policy>
[[nodiscard]] std::vector<Policy> withAdded(std::vector<Policy> policies, const std::vector<Policy>& added) {
  const std::size_t own = policies.size();
  for (const Policy& one : added) {
    const auto end = policies.begin() + static_cast<std::ptrdiff_t>(own);
    const bool isRuled = std::any_of(policies.begin(), end, [&one](const Policy& other) {
      return other.name == one.name || other.match == one.match;
    });
    if (!isRuled) {
      policies.push_back(one);
    }
  }
  return policies;
}

}  // namespace millrace
