#include "core/hub/hub_options.hpp"

#include <algorithm>

namespace millrace {

std::vector<PolicyRule> HubOptions::rules() const {
  std::vector<PolicyRule> rules = policies;
  for (const PolicyRule& added : addedPolicies) {
    const bool isRuled = std::any_of(policies.begin(), policies.end(), [&added](const PolicyRule& rule) {
      return rule.name == added.name || rule.match == added.match;
    });
    if (!isRuled) {
      rules.push_back(added);
    }
  }
  return rules;
}

}  // namespace millrace
