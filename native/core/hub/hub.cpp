#include "core/hub/hub.hpp"

#include "core/base/hash.hpp"
#include "core/log/replay.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace millrace {
namespace {

void say(Verdict verdict, Connection& connection) {
  connection.hub.verdict = verdict;
  encodeVerdict(verdict, connection.notice());
}

}  // namespace

// --- connections

OpenOutcome Hub::open(ConnectionId id, OwnerId owner, const OpenOptions& options, Instant now) {
  now_ = now;
  if (isDraining_) {
    return OpenOutcome::draining;
  }
  if (!options.isListener && registry_.connections() >= options_.connections) {
    return OpenOutcome::serverFull;
  }
  if (!lastOptions_ || *lastOptions_ != options.connection) {
    lastOptions_ = std::make_shared<const ConnectionOptions>(options.connection);
  }
  auto made = std::make_unique<Connection>(id, owner, lastOptions_, sequence_);
  made->hub.isCounted = !options.isListener;
  Connection& connection = registry_.addConnection(std::move(made));
  ++ownerNamed(owner).connections;
  if (options.lastEventId && !options.lastEventId->empty()) {
    connection.hub.resumes = true;
    connection.hub.resumeId = std::make_unique<std::string>(*options.lastEventId);
  }
  if (!options.isListener) {
    if (options.retry) {
      encodeRetry(*options.retry, connection.notice());
    }
    // A client that resumes has a cursor already, and keeps it until an event or a reset moves it.
    if (!connection.hub.resumes) {
      connection.oweCursor();
    }
    markNews(connection);
  }
  const ConnectionOptions& lifetime = connection.options();
  connection.hub.openedAt = now;
  connection.hub.heartbeatAt = lifetime.heartbeat.every > Millis{0} ? now + lifetime.heartbeat.every : kNever;
  connection.hub.unreadUntil = options.isListener ? kNever : now + options_.unreadFor;
  connection.hub.endsAt = lifetime.maxDuration > Millis{0} ? now + lifetime.maxDuration : kNever;
  schedule(connection);
  return OpenOutcome::opened;
}

JoinOutcome Hub::join(ConnectionId id, std::string_view key, const JoinOptions& options, Instant now) {
  now_ = now;
  Connection* const connection = findOpen(id);
  if (connection == nullptr) {
    return JoinOutcome::closed;
  }
  Channel& channel = registry_.channel(key, now);
  nextSweep_ = std::min(nextSweep_, now + options_.sweepEvery);
  if (connection->find(channel) != nullptr) {
    return JoinOutcome::alreadyThere;
  }
  if (connection->hub.isCounted && channel.connections() >= options_.perChannel) {
    return JoinOutcome::channelFull;
  }
  const bool isNewOfUser = connection->hub.userId == nullptr && !options.userId.empty();
  if (isNewOfUser && registry_.connectionsOfUser(options.userId) >= options_.perUser) {
    return JoinOutcome::userFull;
  }
  registry_.assignUser(*connection, options.userId);
  if (!channel.awaitsTrim && channel.inFlight == 0) {
    channel.trim(options_.history, now);
  }
  resolveResume(*connection, channel);

  Subscription subscription;
  subscription.channel = &channel;
  subscription.cursor = channel.log.after(connection->joinPosition(sequence_));
  subscription.types.reserve(options.types.size());
  for (const std::string_view type : options.types) {
    subscription.types.push_back(typeHash(type));
  }
  const bool hasHistory = subscription.cursor < channel.log.end();
  if (hasHistory) {
    channel.heldUntil = std::max(channel.heldUntil, now + options_.lagGrace);  // it was told that this follows
  }
  if (connection->options().isCompressed && channel.compressed == 0) {
    channel.log.deflateFrom(subscription.cursor);
    if (!std::exchange(channel.isCompressing, true)) {
      compressing_.push_back(&channel);
    }
  }
  registry_.join(*connection, std::move(subscription), now);
  if (hasHistory || !connection->notice().empty()) {
    markNews(*connection);
  }
  return JoinOutcome::joined;
}

// The first channel that a resuming connection joins turns the client's id into a position and a verdict.
void Hub::resolveResume(Connection& connection, Channel& channel) {
  if (!connection.hub.resumes) {
    return;
  }
  if (connection.hub.resumeId) {
    const auto id = parseEventId(*connection.hub.resumeId);
    const auto given = givenIds_.find(*connection.hub.resumeId);
    const bool isOurs = id && id->epoch == epoch_ && id->sequence <= sequence_;
    if (!isOurs && !given) {
      connection.setPosition(0);
      connection.hub.resumes = false;
      say(Verdict::reset, connection);
      if (!connection.hasBeenRead()) {
        connection.oweCursor();  // before everything, so that it is not told of the same reset again
      }
      return;
    }
    const std::uint64_t position = given ? *given : id->sequence;
    connection.setPosition(position);
    connection.hub.resumeId.reset();
    // After the first read the channel begins at the hub's head, whatever the client has.
    const bool isTooLate = channel.log.after(position) < channel.log.after(connection.joinPosition(sequence_));
    const bool isGap = isTooLate || channel.log.evictedThrough() > position;
    say(isGap ? Verdict::gap : Verdict::continued, connection);
    connection.hub.resumes = !isGap;  // later channels have nothing worse to say
    return;
  }
  if (channel.log.evictedThrough() > connection.joinPosition(sequence_)) {
    say(Verdict::gap, connection);
    connection.hub.resumes = false;
  }
}

bool Hub::leave(ConnectionId id, std::string_view key, Instant now) {
  Connection* const connection = registry_.findConnection(id);
  Channel* const channel = registry_.findChannel(key);
  if (connection == nullptr || channel == nullptr || connection->find(*channel) == nullptr) {
    return false;
  }
  registry_.leave(*connection, *channel, now);
  return true;
}

void Hub::close(ConnectionId id, Instant now) {
  Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr) {
    return;
  }
  unschedule(*connection);
  takenOver_ -= connection->hub.reader != nullptr ? 1 : 0;
  const OwnerId owner = connection->owner();
  registry_.removeConnection(id, now);
  --owners_[owner].connections;
  forgetOwnerIfUnused(owner);
}

void Hub::forgetOwnerIfUnused(OwnerId ownerId) {
  const auto found = owners_.find(ownerId);
  if (found != owners_.end() && found->second.connections == 0 && !found->second.isTrusted) {
    inbox_ -= found->second.inboxBytes;
    lastOwner_ = nullptr;
    owners_.erase(found);
  }
}

void Hub::forget(OwnerId ownerId) {
  owners_[ownerId].isTrusted = false;
  forgetOwnerIfUnused(ownerId);
}

void Hub::closeAll(OwnerId owner, Instant now) {
  now_ = now;
  for (const ConnectionId id : registry_.connectionsOf(owner)) {
    close(id, now);
  }
  trimAll();
}

Connection* Hub::assign(ConnectionId id, OwnerId owner, void* reader) {
  Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr) {
    return nullptr;
  }
  takenOver_ -= connection->hub.reader != nullptr ? 1 : 0;
  takenOver_ += reader != nullptr ? 1 : 0;
  connection->hub.reader = reader;
  const OwnerId before = connection->owner();
  if (connection->hub.isEnding) {
    std::erase_if(owners_[before].closing, [id](const auto& closing) { return closing.first == id; });
    tellClosing(*connection, owner, connection->hub.endReason);
  }
  ++ownerNamed(owner).connections;
  connection->setOwner(owner);
  connection->hub.isListed = false;
  connection->hub.isOffered = false;
  --owners_[before].connections;
  forgetOwnerIfUnused(before);
  if (connection->hasPending()) {
    markNews(*connection);
  }
  return connection;
}

bool Hub::end(ConnectionId id, CloseReason reason, Instant now) {
  now_ = now;
  Connection* const connection = findOpen(id);
  if (connection == nullptr) {
    return false;
  }
  beginEnding(*connection, reason);
  return true;
}

Connection* Hub::findOpen(ConnectionId id) {
  Connection* const connection = registry_.findConnection(id);
  return connection == nullptr || connection->hub.isEnding ? nullptr : connection;
}

std::optional<Verdict> Hub::verdict(ConnectionId id) {
  const Connection* const connection = registry_.findConnection(id);
  return connection == nullptr ? std::nullopt : connection->hub.verdict;
}

std::optional<std::string> Hub::beginning(ConnectionId id) {
  const Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr || !connection->owesCursor() || connection->hub.verdict || connection->hub.isGreeted) {
    return std::nullopt;
  }
  return formatEventId({epoch_, connection->position()});
}

bool Hub::isComplete(ConnectionId id) {
  const Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr || connection->hub.verdict != Verdict::continued) {
    return false;
  }
  const auto& subscriptions = connection->subscriptions();
  return std::any_of(subscriptions.begin(), subscriptions.end(), [&](const Subscription& subscription) {
    const ChannelLog& log = subscription.channel->log;
    const Cursor next = log.after(connection->position());
    if (next == log.begin()) {
      return false;
    }
    const LogEntry& newest = log.at({next.next - 1});  // of those that the client has
    return newest.sequence == connection->position() && connection->isLast(newest);
  });
}

// --- what is there

HubStats Hub::stats() const { return {registry_.connections(), registry_.channels(), inbox_, isDraining_, takenOver_}; }

std::uint64_t Hub::typeHash(std::string_view type) { return hash64(type.empty() ? kDefaultType : type); }

std::size_t Hub::connectionCount(std::string_view key) {
  const Channel* const channel = registry_.findChannel(key);
  return channel == nullptr ? 0 : channel->connections();
}

}  // namespace millrace
