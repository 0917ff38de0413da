#pragma once

#include "core/log/channel_log.hpp"

#include <cstdint>
#include <string>

namespace millrace {

// What a store has to do with a channel's events.
enum class Durability : std::uint8_t {
  memory,  // nothing
  batch,   // it gets them soon, and nobody waits for that
  always,  // nobody is given an event before it is stored
};

// The rules of a class of channels. A channel has one policy, which is chosen when the channel is made and lives as long as
// the hub; its values may change at any time and count from then on.
struct ChannelPolicy {
  LogLimits history;  // what the channel's log keeps in memory
  // With anything but `memory` somebody has to serve Hub::stores().
  Durability durability = Durability::memory;
};

// A policy, and the channels that it is for; see matchesPattern().
struct PolicyRule {
  std::string match;
  ChannelPolicy policy;
};

}  // namespace millrace
