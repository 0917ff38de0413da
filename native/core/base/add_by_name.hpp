#pragma once

#include <algorithm>
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

}  // namespace millrace
