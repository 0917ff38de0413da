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

bool hasLostSince(const Connection& connection, std::uint64_t position) {
  const auto& subscriptions = connection.subscriptions();
  return std::any_of(subscriptions.begin(), subscriptions.end(), [position](const Subscription& subscription) {
    return subscription.channel->log.evictedThrough() > position;
  });
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
    const auto cursor = parseEventId(*options.lastEventId);
    if (cursor && cursor->epoch == epoch_ && cursor->sequence <= sequence_) {
      connection.hub.resumeFrom = cursor->sequence;
      connection.setPosition(cursor->sequence);
    } else {
      connection.hub.resumeFrom = hash64(*options.lastEventId);
      connection.hub.resumesByHash = true;
    }
  }
  if (!options.isListener) {
    if (options.retry) {
      encodeRetry(*options.retry, connection.notice());
    }
    // A client that resumes has a cursor already, and keeps it until an event or a reset moves it.
    if (!connection.hub.resumes) {
      connection.oweCursor();
    }
    connection.hub.owesBeginning = true;
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
  const bool isCounted = connection->hub.isCounted;
  Channel* const known = registry_.findChannel(key);
  if (known != nullptr && connection->find(*known) != nullptr) {
    return JoinOutcome::alreadyThere;
  }
  if (isCounted && (known == nullptr ? 0 : known->connections()) >= options_.perChannel) {
    return JoinOutcome::channelFull;
  }
  if (isCounted && connection->subscriptions().size() >= options_.channelsPerConnection) {
    return JoinOutcome::tooManyChannels;
  }
  if (known == nullptr && !hasRoomForChannel()) {
    return JoinOutcome::hubFull;
  }
  const bool isNewOfUser = connection->hub.userId == nullptr && !options.userId.empty();
  if (isNewOfUser && registry_.connectionsOfUser(options.userId) >= options_.perUser) {
    return JoinOutcome::userFull;
  }
  Channel& channel = registry_.channel(key, now);
  nextSweep_ = std::min(nextSweep_, now + options_.sweepEvery);
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
  const bool isFirstCompressed = connection->options().isCompressed && channel.compressed == 0;
  if (isFirstCompressed) {
    channel.log.deflateFrom(subscription.cursor);
  }
  registry_.join(*connection, std::move(subscription), now);
  if (isFirstCompressed) {
    noteUndeflated(channel);
  }
  if (hasHistory || connection->hub.owesVerdict || !connection->notice().empty()) {
    markNews(*connection);
  }
  return JoinOutcome::joined;
}

// The channels that a resuming connection joins turn the client's id into a position and a verdict.
void Hub::resolveResume(Connection& connection, Channel& channel) {
  Connection::HubState& state = connection.hub;
  if (!state.resumes) {
    return;
  }
  if (state.resumesByHash) {
    resolveOwnId(connection, channel);
    return;
  }
  // After the first read the channel begins at the hub's head, whatever the client has.
  const std::uint64_t position = state.verdict ? connection.joinPosition(sequence_) : state.resumeFrom;
  const bool isTooLate = channel.log.after(position) < channel.log.after(connection.joinPosition(sequence_));
  const bool isGap = isTooLate || channel.log.evictedThrough() > position;
  if (isGap || !state.verdict) {
    say(isGap ? Verdict::gap : Verdict::continued, connection);
  }
  state.resumes = !isGap;  // later channels have nothing worse to say
}

// An id of the application's is the channel's it was published in, and may stand in several that the client reads, or in one
// several times. Which of them the client has seen is unknown: it resumes behind the oldest, for repeating is better than losing.
void Hub::resolveOwnId(Connection& connection, Channel& channel) {
  Connection::HubState& state = connection.hub;
  const auto found = channel.log.findId(state.resumeFrom);
  if (connection.hasBeenRead()) {
    state.resumes = false;
    say(found ? Verdict::gap : Verdict::reset, connection);
    return;
  }
  const bool isKnown = state.verdict && state.verdict != Verdict::reset;
  if (found) {
    const std::uint64_t position = channel.log.at(*found).sequence;
    connection.beginAt(isKnown ? std::min(position, connection.position()) : position);
  } else if (!isKnown) {
    connection.beginAt(0);
  }
  const bool hasGap =
      hasLostSince(connection, connection.position()) || channel.log.evictedThrough() > connection.position();
  const bool isReset = !isKnown && !found;
  state.verdict = isReset ? Verdict::reset : hasGap ? Verdict::gap : Verdict::continued;
  state.owesVerdict = true;
}

// Behind a reset, and behind an id of the application's, the client gets an exact cursor at once: so it is not told of the same
// reset again.
void Hub::payVerdict(Connection& connection) {
  if (std::exchange(connection.hub.owesVerdict, false)) {
    connection.hub.resumes = false;
    encodeVerdict(*connection.hub.verdict, connection.notice());
    connection.oweCursor();
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
  const auto found = owners_.find(ownerId);
  if (found != owners_.end()) {
    found->second.isTrusted = false;
    forgetOwnerIfUnused(ownerId);
  }
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

bool Hub::end(ConnectionId id, CloseReason reason, Instant now, std::string_view said) {
  now_ = now;
  Connection* const connection = findOpen(id);
  if (connection == nullptr) {
    return false;
  }
  beginEnding(*connection, reason, said);
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

std::string Hub::cursor(ConnectionId id) {
  const Connection* const connection = registry_.findConnection(id);
  const std::uint64_t through = connection == nullptr ? sequence_ : connection->passedThrough();
  return formatEventId({epoch_, std::min(through, sequence_)});
}

bool Hub::hasPending(ConnectionId id) {
  const Connection* const connection = registry_.findConnection(id);
  return connection != nullptr && connection->hasPending();
}

bool Hub::hasMore(ConnectionId id) {
  const Connection* const connection = registry_.findConnection(id);
  return connection != nullptr && connection->hasMore();
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
