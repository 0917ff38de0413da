#include "core/hub/hub_options.hpp"

#include "core/base/added_policies.hpp"

namespace millrace {

std::vector<PolicyRule> HubOptions::rules() const { return withAdded(policies, addedPolicies); }

}  // namespace millrace
