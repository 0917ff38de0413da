#pragma once

#include "core/hub/channel_policy.hpp"

#include <deque>
#include <string_view>
#include <vector>

namespace millrace {

// Which policy a channel has, by its key: the first rule that matches counts, or else that of the rest.
class ChannelPolicies {
 public:
  // Channels that are there keep the policy that they have. A rule of the same pattern as before gives its values to it.
  void set(const ChannelPolicy& rest, const std::vector<PolicyRule>& rules);
  // It lives as long as this, and its values may change.
  [[nodiscard]] const ChannelPolicy& of(std::string_view key) const;
  // Of the channels that no rule matches.
  [[nodiscard]] ChannelPolicy& rest() { return rest_; }

 private:
  PolicyRule& ruleOf(std::string_view match);

  ChannelPolicy rest_;
  std::deque<PolicyRule> known_;            // that ever were: channels refer to them
  std::vector<const PolicyRule*> current_;  // in their order
};

}  // namespace millrace
