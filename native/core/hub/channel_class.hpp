#pragma once

#include "core/flow/user_quotas.hpp"
#include "core/hub/channel_policy.hpp"
#include "core/hub/class_metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace millrace {

// The bytes that channels have asked for; see MemoryAccount.
struct ChannelMemory {
  ChannelMemory& operator+=(const ChannelMemory& other) {
    events += other.events;
    logs += other.logs;
    channels += other.channels;
    return *this;
  }
  ChannelMemory& operator-=(const ChannelMemory& other) {
    events -= other.events;
    logs -= other.logs;
    channels -= other.channels;
    return *this;
  }

  std::size_t events = 0;
  std::size_t logs = 0;
  std::size_t channels = 0;
};

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
  ClassMetrics metrics;
  ChannelMemory memory;  // of all its channels; each adds and takes what is its own
};

}  // namespace millrace
