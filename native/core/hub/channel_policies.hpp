#pragma once

#include "core/hub/channel_policy.hpp"

#include <string_view>

namespace millrace {

// Which policy a channel has, by its key.
class ChannelPolicies {
 public:
  // It lives as long as this, and its values may change.
  [[nodiscard]] const ChannelPolicy& of(std::string_view /*key*/) const { return rest_; }
  // Of the channels that no other policy is for.
  [[nodiscard]] ChannelPolicy& rest() { return rest_; }

 private:
  ChannelPolicy rest_;
};

}  // namespace millrace
