#pragma once

#include "core/base/hash.hpp"
#include "core/base/instant.hpp"
#include "core/hub/channel.hpp"
#include "core/hub/connection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

// Looks up strings by views, without making a string. Clients name channels and users: the hash is keyed, so that nobody can
// choose names that all fall into one bucket.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return static_cast<std::size_t>(hash64(text)); }
};

template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

// Who is there: the connections by id, the channels by key, and how many connections each user has.
class Registry {
 public:
  Connection& addConnection(std::unique_ptr<Connection> connection);
  [[nodiscard]] Connection* findConnection(ConnectionId id);
  // Takes it out of its channels first.
  void removeConnection(ConnectionId id, Instant now);
  [[nodiscard]] std::size_t connections() const { return connections_.size() - listeners_; }
  [[nodiscard]] std::vector<ConnectionId> connectionsOf(OwnerId owner) const;
  [[nodiscard]] std::vector<ConnectionId> allConnections() const;

  // Made when it is not there.
  Channel& channel(std::string_view key, Instant now);
  [[nodiscard]] Channel* findChannel(std::string_view key);
  // The channels that at least one connection reads.
  [[nodiscard]] std::vector<std::string_view> activeKeys() const;
  // The connections that read at least one channel.
  [[nodiscard]] std::size_t joinedConnections() const { return joined_; }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }

  void join(Connection& connection, Subscription subscription, Instant now);
  // A channel that is as if it had never been goes.
  void leave(Connection& connection, Channel& channel, Instant now);

  // The connection belongs to this user from now on; it counts once.
  void assignUser(Connection& connection, std::string_view userId);
  [[nodiscard]] std::size_t connectionsOfUser(std::string_view userId) const;

  // Trims every log by age, and removes the channels that nobody has used for `idle`.
  void sweep(const LogLimits& limits, Millis idle, Instant now) {
    sweep(limits, idle, std::min(idle, limits.ttl), now);
  }
  // The same, and those that hold no event go at once.
  void sweepForRoom(const LogLimits& limits, Millis idle, Instant now) { sweep(limits, idle, Millis{0}, now); }

 private:
  void sweep(const LogLimits& limits, Millis idle, Millis emptyFor, Instant now);

  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  TextMap<std::unique_ptr<Channel>> channels_;
  TextMap<std::size_t> users_;
  std::size_t listeners_ = 0;
  std::size_t joined_ = 0;
  std::uint64_t forgottenThrough_ = 0;  // the newest sequence that a removed channel ever had
};

}  // namespace millrace
