#include "core/hub/census.hpp"

#include "core/hub/admission.hpp"
#include "core/hub/channel_policies.hpp"
#include "core/hub/drain.hpp"
#include "core/hub/flow_control.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/registry.hpp"

namespace millrace {

HubStats Census::stats() const {
  HubStats stats;
  stats.connections = parts_.registry.connections();
  stats.mostConnections = parts_.options.connections;
  stats.channels = parts_.registry.channels();
  stats.inboxBytes = parts_.inbox.bytes();
  stats.isDraining = parts_.drain.hasBegun();
  stats.takenOver = parts_.admission.takenOver();
  stats.heldEvents = parts_.flow.events();
  return stats;
}

std::size_t Census::connectionCount(std::optional<std::string_view> key) const {
  if (!key) {
    return parts_.registry.joinedConnections();
  }
  const Channel* const channel = parts_.registry.findChannel(*key);
  return channel == nullptr ? 0 : channel->members.connections();
}

bool Census::isHolding(std::string_view key) const {
  const Channel* const channel = parts_.registry.findChannel(key);
  return channel != nullptr && channel->holding != nullptr && channel->holding->due != kNever;
}

std::vector<std::string_view> Census::keys() const { return parts_.registry.activeKeys(); }

std::string_view Census::policyName(std::string_view key) const { return parts_.policies.of(key).rule.name; }

Guard Census::guardOf(std::string_view key) const { return parts_.policies.of(key).policy.guard; }

}  // namespace millrace
