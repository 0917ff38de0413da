#pragma once

#include "core/hub/channel_policy.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

class Admission;
class ChannelPolicies;
class Drain;
class FlowControl;
class Inbox;
class Registry;

// What there is in a hub now.
class Census {
 public:
  // All outlive it.
  struct Parts {
    const ChannelPolicies& policies;
    const Registry& registry;
    const Inbox& inbox;
    const FlowControl& flow;
    const Drain& drain;
    const Admission& admission;
    const HubOptions& options;
  };
  explicit Census(const Parts& parts) : parts_(parts) {}

  [[nodiscard]] HubStats stats() const;
  // Connections that read this channel, or any.
  [[nodiscard]] std::size_t connectionCount(std::optional<std::string_view> key = std::nullopt) const;
  // The channels that at least one connection reads, sorted.
  [[nodiscard]] std::vector<std::string_view> keys() const;
  // Whether something waits in the channel because of its policy.
  [[nodiscard]] bool isHolding(std::string_view key) const;
  // Of the policy that a channel of this key has; empty: that of the rest. Valid until the policies change.
  [[nodiscard]] std::string_view policyName(std::string_view key) const;

  // Who has to be asked before anybody reads a channel of this key.
  [[nodiscard]] Guard guardOf(std::string_view key) const;

 private:
  const Parts parts_;
};

}  // namespace millrace
