// The hub's turns and its deadlines; see hub.hpp.
#include "core/hub/hub.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

// --- the turn

void Hub::wake(Owner& owner) {
  if (!owner.isWoken) {
    owner.isWoken = true;
    owner.mustCollect = true;
  }
}

void Hub::markNews(Connection& connection) {
  if (connection.hub.isListed) {
    return;
  }
  connection.hub.isListed = true;
  Owner& owner = owners_[connection.owner()];
  owner.news.push_back(connection.id());
  wake(owner);
}

void Hub::spreadNews() {
  for (Channel* const channel : news_) {
    channel->hasNews = false;
    for (Connection* const member : channel->members) {
      markNews(*member);
    }
  }
  news_.clear();
}

std::vector<OwnerId> Hub::takeWakes() {
  std::vector<OwnerId> ids;
  for (auto& [id, owner] : owners_) {
    if (owner.mustCollect) {
      owner.mustCollect = false;
      ids.push_back(id);
    }
  }
  return ids;
}

Turn Hub::collect(OwnerId ownerId) {
  spreadNews();
  Turn turn;
  const auto found = owners_.find(ownerId);
  if (found == owners_.end()) {
    return turn;
  }
  Owner& owner = found->second;
  owner.isWoken = false;
  owner.isReading = true;
  owner.mustCollect = false;
  turn.closing = std::exchange(owner.closing, {});
  for (const ConnectionId news : std::exchange(owner.news, {})) {
    Connection* const connection = registry_.findConnection(news);
    if (connection == nullptr) {
      continue;
    }
    connection->hub.isListed = false;
    if (!connection->hub.isOffered) {
      connection->hub.isOffered = true;
      turn.readable.push_back(news);
    }
    owner.judged.push_back(news);
  }
  return turn;
}

const Connection::Spans& Hub::read(ConnectionId id, Instant now) {
  spans_.clear();
  if (Connection* const connection = registry_.findConnection(id)) {
    connection->gather(now, spans_);
  }
  return spans_;
}

void Hub::taken(ConnectionId id) {
  if (Connection* const connection = registry_.findConnection(id)) {
    connection->taken();
  }
}

void Hub::settle(OwnerId ownerId, Instant now) {
  const auto found = owners_.find(ownerId);
  if (found != owners_.end()) {
    found->second.isReading = false;
  }
  const bool everybodyLooked = std::none_of(
      owners_.begin(), owners_.end(), [](const auto& entry) { return entry.second.isWoken || entry.second.isReading; });
  if (everybodyLooked || inbox_ > options_.inboxBytes / 2) {
    for (Channel* const channel : std::exchange(awaitTrim_, {})) {
      channel->awaitsTrim = false;
      channel->log.trim(options_.history, now);
    }
    inbox_ = 0;
  }
  if (found == owners_.end()) {
    return;
  }
  for (const ConnectionId judged : std::exchange(found->second.judged, {})) {
    Connection* const connection = registry_.findConnection(judged);
    if (connection != nullptr && connection->hub.isOffered && !connection->hub.isEnding) {
      judge(*connection);
    }
  }
}

// A connection that was offered its bytes and has not taken them is slow; too slow when it is beyond its limits or when
// the history has moved past its cursor.
void Hub::judge(Connection& connection) {
  const LagOptions& limits = connection.options().lag;
  const LogDistance lag = connection.lag();
  if (lag.events <= limits.events && lag.bytes <= limits.bytes && !connection.isEvicted()) {
    return;
  }
  if (limits.overflow == Overflow::dropOldest) {
    connection.dropOldest();
  } else {
    beginEnding(connection, CloseReason::lagging);
  }
}

void Hub::beginEnding(Connection& connection, CloseReason reason) {
  if (connection.hub.isEnding) {
    return;
  }
  connection.hub.isEnding = true;
  Owner& owner = owners_[connection.owner()];
  owner.closing.emplace_back(connection.id(), reason);
  wake(owner);
}

// --- time

void Hub::schedule(Connection& connection) {
  const Instant next = std::min(connection.hub.heartbeatAt, connection.hub.endsAt);
  if (next != kNever) {
    deadlines_.emplace(next, connection.id());
  }
}

void Hub::unschedule(const Connection& connection) {
  deadlines_.erase({std::min(connection.hub.heartbeatAt, connection.hub.endsAt), connection.id()});
}

void Hub::tick(Instant now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Connection& connection = *registry_.findConnection(deadlines_.begin()->second);
    deadlines_.erase(deadlines_.begin());
    if (connection.hub.endsAt <= now) {
      EventFields complete;
      complete.type = "complete";
      complete.data = R"({"reason":"duration_cap"})";
      Receipt receipt;
      static_cast<void>(send(connection.id(), complete, now, receipt));  // the client sees the end without it, too
      beginEnding(connection, CloseReason::durationCap);
      connection.hub.endsAt = kNever;
      connection.hub.heartbeatAt = kNever;
    } else {
      beat(connection, now);
    }
    schedule(connection);
  }
  if (nextSweep_ <= now) {
    registry_.sweep(options_.history, options_.channelTtl, now);
    nextSweep_ = registry_.channels() == 0 ? kNever : now + options_.sweepEvery;
  }
}

// A connection that has something to read anyway needs no sign of life, and a blocked one must not pile them up.
void Hub::beat(Connection& connection, Instant now) {
  const HeartbeatOptions& heartbeat = connection.options().heartbeat;
  connection.hub.heartbeatAt = now + heartbeat.every;
  if (connection.hasPending()) {
    return;
  }
  if (heartbeat.type.empty()) {
    static_cast<void>(comment(connection.id(), heartbeat.data, now));
    return;
  }
  EventFields fields;
  fields.type = heartbeat.type;
  fields.data = heartbeat.data;
  Receipt receipt;
  static_cast<void>(send(connection.id(), fields, now, receipt));
}

Instant Hub::nextDeadline() const {
  return std::min(deadlines_.empty() ? kNever : deadlines_.begin()->first, nextSweep_);
}

}  // namespace millrace
