#pragma once

#include "core/hub/hub_options.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace::sim {

inline constexpr std::size_t kChannels = 5;
inline constexpr std::array<std::string_view, kChannels> kKeys = {"alpha", "beta", "gamma", "delta", "omega"};
inline constexpr std::array<std::string_view, 3> kTypes = {"", "tick", "tock"};
inline constexpr std::array<std::string_view, 4> kLabels = {"", "", "red", "blue"};
inline constexpr OwnerId kOwners = 2;

// What makes one client different from another.
struct Habits {
  OwnerId owner = 1;
  Overflow overflow = Overflow::disconnect;
  std::vector<std::size_t> channels;
  std::vector<std::string_view> types;   // empty: all
  std::vector<std::string_view> labels;  // of events that have one; empty: all
  bool joinsLate = false;                // only after its first read
  bool rewinds = false;                  // comes back with older ids, and sees chunks twice
  bool takesParts = false;               // is read as by a socket that takes what it has room for
  bool isSlow = false;                   // is read more seldom
  bool staysAway = false;                // comes back only after a long time
  bool isPlain = false;                  // has no window of ids: it sees what the server gives it twice
};

// What server and clients of a simulation are like.
struct Settings {
  HubOptions hub;
  std::array<Durability, kChannels> durability{};
  std::array<LogLimits, kChannels> stored{};  // what the store keeps of the durable ones
  std::vector<Habits> clients;
  std::size_t mostEntries = 0;  // of one commit
  std::size_t failPercent = 0;  // of the store's calls, while the disk is well: it fails now and then

  // It has a store.
  [[nodiscard]] bool isDurable() const;
  [[nodiscard]] bool isDurable(std::size_t channel) const { return durability.at(channel) != Durability::memory; }
  // Readers may be given events before the disk has them.
  [[nodiscard]] bool hasBatch() const;
};

[[nodiscard]] Settings makeSettings(std::uint64_t seed);
// Of the keys.
[[nodiscard]] std::size_t channelOf(std::string_view key);

}  // namespace millrace::sim
