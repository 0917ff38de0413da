#pragma once

#include "core/flow/user_quotas.hpp"
#include "core/hub/channel_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace millrace {

// The channels of one policy, and what is counted of them together.
struct ChannelClass {
  explicit ChannelClass(PolicyRule channelRule) : rule(std::move(channelRule)) {}

  [[nodiscard]] bool isFull() const { return channels >= policy.limits.channels; }
  [[nodiscard]] bool hasAllConnections() const { return connections >= policy.limits.total; }

  PolicyRule rule;
  ChannelPolicy policy;         // what the rule comes to
  std::size_t channels = 0;     // the channels themselves count here
  std::size_t connections = 0;  // that read at least one of them; the registry counts
  std::uint64_t dropped = 0;    // events that had to leave the buffer of a rate
  UserQuotas publishers;        // how fast users publish
};

}  // namespace millrace
