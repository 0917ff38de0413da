#pragma once

#include "core/base/channel_pattern.hpp"

#include <algorithm>
#include <iterator>
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

// The policies, the first of which counts that matches, with those of `added` that have a name of their own. Where a policy and an added one are
// for the same channels, each setting is the policy's, or the added one's where the policy says nothing: the rules that a module brings for
// its channels hold, unless they themselves are said otherwise.
template <typename Policy>
[[nodiscard]] std::vector<Policy> withAdded(const std::vector<Policy>& policies, const std::vector<Policy>& added) {
  std::vector<Policy> waiting;
  std::copy_if(added.begin(), added.end(), std::back_inserter(waiting), [&policies](const Policy& one) {
    return std::none_of(policies.begin(), policies.end(), [&one](const Policy& own) { return own.name == one.name; });
  });
  const std::vector<Policy> all = waiting;
  std::vector<Policy> list;
  for (Policy own : policies) {
    const auto isWide = [&own](const Policy& one) {
      return one.match != own.match && coversPattern(own.match, one.match);
    };
    for (const Policy& one : waiting) {
      if (isWide(one)) {
        list.push_back(one);
        list.back().settings = own.settings.orElse(one.settings);
      }
    }
    const auto around =
        std::find_if(all.begin(), all.end(), [&own](const Policy& one) { return coversPattern(one.match, own.match); });
    if (around != all.end()) {
      own.settings = own.settings.orElse(around->settings);
    }
    std::erase_if(waiting, [&](const Policy& one) { return isWide(one) || one.match == own.match; });
    list.push_back(own);
  }
  list.insert(list.end(), waiting.begin(), waiting.end());
  return list;
}

}  // namespace millrace
