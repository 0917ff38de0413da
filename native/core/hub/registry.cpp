#include "core/hub/registry.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

Connection& Registry::addConnection(std::unique_ptr<Connection> connection) {
  listeners_ += connection->hub.isCounted ? 0 : 1;
  const ConnectionId id = connection->id();
  return *(connections_[id] = std::move(connection));
}

Connection* Registry::findConnection(ConnectionId id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

void Registry::removeConnection(ConnectionId id, Instant now) {
  Connection* const connection = findConnection(id);
  if (connection == nullptr) {
    return;
  }
  while (!connection->subscriptions().empty()) {
    leave(*connection, *connection->subscriptions().back().channel, now);
  }
  if (connection->hub.userId != nullptr) {
    const auto user = users_.find(*connection->hub.userId);
    if (--user->second == 0) {
      users_.erase(user);
    }
  }
  listeners_ -= connection->hub.isCounted ? 0 : 1;
  connections_.erase(id);
}

std::vector<ConnectionId> Registry::connectionsOf(OwnerId owner) const {
  std::vector<ConnectionId> ids;
  for (const auto& [id, connection] : connections_) {
    if (connection->owner() == owner) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::vector<ConnectionId> Registry::allConnections() const {
  std::vector<ConnectionId> ids;
  ids.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) {
    ids.push_back(id);
  }
  return ids;
}

Channel& Registry::channel(std::string_view key, Instant now) {
  if (Channel* const known = findChannel(key)) {
    known->lastUse = now;
    return *known;
  }
  auto made = std::make_unique<Channel>(std::string(key), forgottenThrough_);
  made->lastUse = now;
  return *channels_.emplace(std::string(key), std::move(made)).first->second;
}

Channel* Registry::findChannel(std::string_view key) {
  const auto found = channels_.find(key);
  return found == channels_.end() ? nullptr : found->second.get();
}

std::vector<std::string_view> Registry::activeKeys() const {
  std::vector<std::string_view> keys;
  for (const auto& [key, channel] : channels_) {
    if (channel->connections() > 0) {
      keys.push_back(key);
    }
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void Registry::join(Connection& connection, Subscription subscription, Instant now) {
  subscription.channel->lastUse = now;
  joined_ += connection.hub.isCounted && connection.subscriptions().empty() ? 1 : 0;
  connection.add(std::move(subscription));
}

void Registry::leave(Connection& connection, Channel& channel, Instant now) {
  channel.lastUse = now;
  connection.remove(channel);
  joined_ -= connection.hub.isCounted && connection.subscriptions().empty() ? 1 : 0;
  if (connection.options().isCompressed && channel.compressed == 0) {
    channel.log.dropDeflated();
  }
  if (channel.isVoid()) {
    channels_.erase(channels_.find(channel.key));
  }
}

void Registry::assignUser(Connection& connection, std::string_view userId) {
  if (connection.hub.userId == nullptr && !userId.empty()) {
    const auto user = users_.try_emplace(std::string(userId)).first;
    connection.hub.userId = &user->first;
    ++user->second;
  }
}

std::size_t Registry::connectionsOfUser(std::string_view userId) const {
  const auto found = users_.find(userId);
  return found == users_.end() ? 0 : found->second;
}

void Registry::sweep(const LogLimits& limits, Millis idle, Millis emptyFor, Instant now) {
  for (auto at = channels_.begin(); at != channels_.end();) {
    Channel& channel = *at->second;
    if (!channel.isAtRest()) {
      ++at;
      continue;
    }
    channel.trim(limits, now);
    // An empty one has nothing to keep but what it has lost, which matters to clients that have been away for less than that.
    const Millis kept = channel.log.isEmpty() ? emptyFor : idle;
    const bool isIdle = channel.members.empty() && channel.lastUse + kept <= now;
    if (!isIdle) {
      ++at;
      continue;
    }
    const std::uint64_t lastEvicted = channel.log.evictedThrough();
    const std::uint64_t lastKept = channel.log.isEmpty() ? 0 : channel.log.at({channel.log.end().next - 1}).sequence;
    forgottenThrough_ = std::max({forgottenThrough_, lastEvicted, lastKept});
    at = channels_.erase(at);
  }
}

}  // namespace millrace
