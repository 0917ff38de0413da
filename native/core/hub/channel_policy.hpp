#pragma once

#include "core/base/instant.hpp"
#include "core/flow/flow_rules.hpp"
#include "core/log/channel_log.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace millrace {

// What a store has to do with a channel's events.
enum class Durability : std::uint8_t {
  memory,  // nothing
  batch,   // it gets them soon, and nobody waits for that
  always,  // nobody is given an event before it is stored
};

// Who has to be asked before anybody reads a channel. What asks is the application's: this says that it must be there.
enum class Guard : std::uint8_t {
  none,
  authorizer,  // the hub's, or the route's
  policy,      // the policy's own
};

// How many there may be. A connection that reads several channels of the policy counts once in `total`.
struct ChannelLimits {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  std::size_t connections = kUnlimited;  // of one channel
  std::size_t total = kUnlimited;        // that read any channel of the policy
  std::size_t channels = kUnlimited;     // of the policy
};

// What a store keeps of a channel where nothing else was said: a day.
inline constexpr LogLimits kStoredLimits{100000, std::size_t{64} * 1024 * 1024, Millis{86400000}};

// The rules of a class of channels. They may change at any time and count from then on.
struct ChannelPolicy {
  LogLimits history;  // what the channel's log keeps in memory
  // With anything but `memory` somebody has to serve Hub::durable().
  Durability durability = Durability::memory;
  LogLimits stored = kStoredLimits;  // what the store keeps
  Guard guard = Guard::none;
  ChannelLimits limits{};
  std::size_t maxBytes = std::size_t{1024} * 1024;  // of an event's data
  RateLimit publishesPerUser{};                     // of one user, in all channels of the policy
  FlowRules flow{};
  // The member of the data, where that is a JSON object, that says when an event left for the log; it never goes back within a hub. Empty:
  // none.
  std::string stamp{};
  Millis channelTtl{1800000};  // a channel that nobody used for so long is forgotten
};

// What a policy says of its own. Whatever it leaves out is as the policy of the rest has it, which is the hub's own options.
struct PolicySettings {
  std::optional<std::size_t> historyEvents;
  std::optional<std::size_t> historyBytes;
  std::optional<Millis> historyTtl;
  std::optional<Durability> durability;
  std::optional<std::size_t> storedEvents;
  std::optional<std::size_t> storedBytes;
  std::optional<Millis> storedTtl;
  std::optional<Guard> guard;
  std::optional<std::size_t> connections;
  std::optional<std::size_t> total;
  std::optional<std::size_t> channels;
  std::optional<std::size_t> maxBytes;
  std::optional<RateLimit> publishesPerUser;
  std::optional<RateRule> rate;
  std::optional<Millis> mergeWindow;
  std::optional<Millis> throttleEvery;
  std::optional<Millis> batchEvery;
  std::optional<std::string> stamp;
  std::optional<Millis> channelTtl;

  [[nodiscard]] ChannelPolicy over(const ChannelPolicy& rest) const;
  // What these leave out is as the others have it.
  [[nodiscard]] PolicySettings orElse(const PolicySettings& others) const;
  bool operator==(const PolicySettings&) const = default;
};

// A policy, and the channels that it is for; see matchesPattern().
struct PolicyRule {
  std::string name;
  std::string match;
  PolicySettings settings;

  bool operator==(const PolicyRule&) const = default;
};

}  // namespace millrace
