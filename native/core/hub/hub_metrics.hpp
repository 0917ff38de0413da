#pragma once

#include "core/base/instant.hpp"
#include "core/hub/class_metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class ChannelPolicies;
class Inbox;
class Registry;

// The metrics of one policy, and what there is of it now.
struct PolicyMetrics {
  std::string name;  // empty: of the channels that no policy is for
  std::size_t channels = 0;
  std::size_t connections = 0;
  std::uint64_t dropped = 0;  // events that a rate's buffer had no room for
  ClassMetrics counts;
};

// The bytes that the hub has asked for, by what they are for: what lies in its blocks and containers, without the allocator's own.
struct MemoryAccount {
  std::size_t events = 0;  // blocks of logs, those not filled yet as a whole
  std::size_t logs = 0;    // what the logs keep of each event beside its bytes
  std::size_t channels = 0;
  std::size_t connections = 0;  // with the listeners; their own events included
  std::size_t waiting = 0;      // events that wait because of a policy
};

enum class Refused : std::uint8_t {
  stream,
  event,
  request,  // for metrics, a content and the like
};

// Everything that is counted of a hub, by policy. Most of it is counted where it happens, in the ClassMetrics of a channel's class;
// what happens outside of the hub is told here.
class HubMetrics {
 public:
  // All outlive it.
  HubMetrics(const ChannelPolicies& policies, const Registry& registry, const Inbox& inbox)
      : policies_(policies), registry_(registry), inbox_(inbox) {}

  // A request or an event for a channel of this key was refused with this code; empty: for none in particular.
  void noteRefusal(Refused what, std::string_view code, std::string_view key, Instant now);
  // An event that is a record of an error was published into this channel.
  void noteErrorRecord(std::string_view key, Instant now);

  // In the order of the policies' rules; that of the rest is the last.
  [[nodiscard]] std::vector<PolicyMetrics> policies() const;
  // Looks at every subscriber.
  [[nodiscard]] MemoryAccount memory() const;

 private:
  [[nodiscard]] ClassMetrics& of(std::string_view key) const;

  const ChannelPolicies& policies_;
  const Registry& registry_;
  const Inbox& inbox_;
};

}  // namespace millrace
