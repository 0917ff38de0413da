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
  trimIfSettled(now);
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

// Nothing is evicted while an owner has yet to look at it.
void Hub::trimIfSettled(Instant now) {
  const bool everybodyLooked = std::none_of(
      owners_.begin(), owners_.end(), [](const auto& entry) { return entry.second.isWoken || entry.second.isReading; });
  if (everybodyLooked) {
    trimAll(now);
  }
}

void Hub::trimAll(Instant now) {
  for (Channel* const channel : std::exchange(awaitTrim_, {})) {
    channel->awaitsTrim = false;
    channel->log.trim(options_.history, now);
  }
  inbox_ = 0;
}

void Hub::countIn(std::size_t bytes, Instant now) {
  if (inbox_ == 0) {
    inboxSince_ = now;
  }
  inbox_ += bytes;
}

// An owner that has not looked for so long, with so much waiting, hangs: it must not keep the others from publishing. What
// its connections lose by this they are told of as a gap.
void Hub::relieveInbox(Instant now) {
  constexpr Millis kPatience{1000};
  if (inbox_ > options_.inboxBytes / 2 && inboxSince_ + kPatience <= now) {
    trimAll(now);
  }
}

// A connection that was offered its bytes and has not taken them is slow; too slow when it is beyond its limits. One that
// nobody has begun to read is not slow: its response is still being prepared, and all it holds are its own events.
void Hub::judge(Connection& connection) {
  if (!connection.hasBeenRead()) {
    if (connection.own().bytes() > options_.history.bytes) {
      beginEnding(connection, CloseReason::lagging);
    }
    return;
  }
  const LagOptions& limits = connection.options().lag;
  const LogDistance lag = connection.lag();
  const bool isBeyond = lag.events > limits.events || lag.bytes > limits.bytes;
  if (limits.overflow == Overflow::dropOldest) {
    if (isBeyond || connection.isEvicted()) {
      connection.dropOldest();
    }
  } else if (isBeyond || isNearlyEvicted(connection)) {
    beginEnding(connection, CloseReason::lagging);
  }
}

// Half of a history is left to a client that is disconnected, so that it finds what it missed when it is back.
bool Hub::isNearlyEvicted(const Connection& connection) const {
  const std::size_t events = (options_.history.events + 1) / 2;
  const std::size_t bytes = (options_.history.bytes + 1) / 2;
  const auto& subscriptions = connection.subscriptions();
  return connection.isEvicted() ||
         std::any_of(subscriptions.begin(), subscriptions.end(), [&](const Connection::Subscription& subscription) {
           const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
           return behind.events > events || behind.bytes > bytes;
         });
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

void Hub::schedule(const Connection& connection) {
  const Instant next = connection.hub.nextDeadline();
  if (next != kNever) {
    deadlines_.emplace(next, connection.id());
  }
}

void Hub::unschedule(const Connection& connection) {
  deadlines_.erase({connection.hub.nextDeadline(), connection.id()});
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
      connection.hub.stopDeadlines();
    } else if (connection.hub.unreadUntil <= now) {
      connection.hub.unreadUntil = kNever;
      if (!connection.hasBeenRead()) {
        beginEnding(connection, CloseReason::unread);
        connection.hub.stopDeadlines();
      }
    } else {
      beat(connection, now);
    }
    schedule(connection);
  }
  trimIfSettled(now);
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
