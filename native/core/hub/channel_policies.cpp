#include "core/hub/channel_policies.hpp"

#include "core/hub/channel_pattern.hpp"

#include <algorithm>
#include <string>

namespace millrace {

void ChannelPolicies::set(const ChannelPolicy& rest, const std::vector<PolicyRule>& rules) {
  rest_ = rest;
  current_.clear();
  for (const PolicyRule& rule : rules) {
    PolicyRule& known = ruleOf(rule.match);
    known.policy = rule.policy;
    current_.push_back(&known);
  }
}

PolicyRule& ChannelPolicies::ruleOf(std::string_view match) {
  const auto found =
      std::find_if(known_.begin(), known_.end(), [match](const PolicyRule& rule) { return rule.match == match; });
  return found != known_.end() ? *found : known_.emplace_back(PolicyRule{std::string(match), {}});
}

const ChannelPolicy& ChannelPolicies::of(std::string_view key) const {
  const auto found = std::find_if(current_.begin(), current_.end(),
                                  [key](const PolicyRule* rule) { return matchesPattern(rule->match, key); });
  return found != current_.end() ? (*found)->policy : rest_;
}

}  // namespace millrace
