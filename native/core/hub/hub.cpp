#include "core/hub/hub.hpp"

#include "core/base/hash.hpp"
#include "core/log/replay.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <memory>

namespace millrace {
namespace {

constexpr std::string_view kDefaultType = "message";

std::uint64_t hashOrNone(std::string_view text) { return text.empty() ? 0 : hash64(text); }

std::uint64_t typeHash(std::string_view type) { return hash64(type.empty() ? kDefaultType : type); }

WriteOutcome refusal(EncodeOutcome outcome) {
  switch (outcome) {
    case EncodeOutcome::invalidType:
      return WriteOutcome::invalidType;
    case EncodeOutcome::invalidId:
      return WriteOutcome::invalidId;
    case EncodeOutcome::empty:
      return WriteOutcome::empty;
    case EncodeOutcome::encoded:
      break;
  }
  return WriteOutcome::written;
}

void encodeRetry(std::uint32_t retry, std::string& out) {
  EventFields fields;
  fields.retry = retry;
  static_cast<void>(encodeEvent(fields, out));  // cannot fail: the one field is a number
}

}  // namespace

// --- connections

OpenOutcome Hub::open(ConnectionId id, OwnerId owner, const OpenOptions& options, Instant now) {
  if (!options.isListener && registry_.connections() >= options_.connections) {
    return OpenOutcome::serverFull;
  }
  auto made = std::make_unique<Connection>(id, owner, options.connection, sequence_);
  made->hub.isCounted = !options.isListener;
  Connection& connection = registry_.addConnection(std::move(made));
  ++owners_[owner].connections;
  if (options.lastEventId && !options.lastEventId->empty()) {
    connection.hub.resumes = true;
    connection.hub.resumeId = *options.lastEventId;
  }
  if (!options.isListener) {
    if (options.retry) {
      encodeRetry(*options.retry, connection.notice());
    }
    // A client that resumes has a cursor already, and keeps it until an event moves it.
    if (!connection.hub.resumes) {
      encodeCursor(formatEventId({epoch_, sequence_}), connection.notice());
    }
    markNews(connection);
  }
  const ConnectionOptions& lifetime = connection.options();
  connection.hub.heartbeatAt = lifetime.heartbeat.every > Millis{0} ? now + lifetime.heartbeat.every : kNever;
  connection.hub.unreadUntil = options.isListener ? kNever : now + options_.unreadFor;
  connection.hub.endsAt = lifetime.maxDuration > Millis{0} ? now + lifetime.maxDuration : kNever;
  schedule(connection);
  return OpenOutcome::opened;
}

JoinOutcome Hub::join(ConnectionId id, std::string_view key, const JoinOptions& options, Instant now) {
  Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr || connection->hub.isEnding) {
    return JoinOutcome::closed;
  }
  Channel& channel = registry_.channel(key, now);
  nextSweep_ = std::min(nextSweep_, now + options_.sweepEvery);
  if (connection->find(channel) != nullptr) {
    return JoinOutcome::alreadyThere;
  }
  if (connection->hub.isCounted && channel.members.size() - channel.listeners >= options_.perChannel) {
    return JoinOutcome::channelFull;
  }
  const bool isNewOfUser = connection->hub.userId.empty() && !options.userId.empty();
  if (isNewOfUser && registry_.connectionsOfUser(options.userId) >= options_.perUser) {
    return JoinOutcome::userFull;
  }
  registry_.assignUser(*connection, options.userId);
  if (!channel.awaitsTrim) {
    channel.log.trim(options_.history, now);
  }
  resolveResume(*connection, channel);

  Connection::Subscription subscription;
  subscription.channel = &channel;
  subscription.cursor = channel.log.after(connection->joinPosition(sequence_));
  subscription.types.reserve(options.types.size());
  for (const std::string_view type : options.types) {
    subscription.types.push_back(typeHash(type));
  }
  const bool hasHistory = subscription.cursor < channel.log.end();
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
  if (!connection.hub.resumeId.empty()) {
    const auto id = parseEventId(connection.hub.resumeId);
    const auto given = givenIds_.find(connection.hub.resumeId);
    const bool isOurs = id && id->epoch == epoch_ && id->sequence <= sequence_;
    if (!isOurs && !given) {
      connection.setPosition(0);
      connection.hub.resumes = false;
      encodeVerdict(Verdict::reset, connection.notice());
      return;
    }
    const std::uint64_t position = given ? *given : id->sequence;
    connection.setPosition(position);
    connection.hub.resumeId.clear();
    // After the first read the channel begins at the hub's head, whatever the client has.
    const bool isTooLate = channel.log.after(position) < channel.log.after(connection.joinPosition(sequence_));
    const bool isGap = isTooLate || channel.log.evictedThrough() > position;
    encodeVerdict(isGap ? Verdict::gap : Verdict::continued, connection.notice());
    connection.hub.resumes = !isGap;  // later channels have nothing worse to say
    return;
  }
  if (channel.log.evictedThrough() > connection.joinPosition(sequence_)) {
    encodeVerdict(Verdict::gap, connection.notice());
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
  const OwnerId owner = connection->owner();
  registry_.removeConnection(id, now);
  const auto found = owners_.find(owner);
  if (found != owners_.end() && --found->second.connections == 0) {
    owners_.erase(found);
  }
}

void Hub::closeAll(OwnerId owner, Instant now) {
  for (const ConnectionId id : registry_.connectionsOf(owner)) {
    close(id, now);
  }
  trimIfSettled(now);
}

// --- events

WriteOutcome Hub::write(ChannelLog& log, const EventFields& fields, const PublishOptions& options, Instant now,
                        Receipt& receipt) {
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  EventFields complete = fields;
  receipt.id = fields.id ? std::string(*fields.id) : formatEventId({epoch_, sequence_ + 1});
  complete.id = receipt.id;
  encoded_.clear();
  const EncodeOutcome outcome = encodeEvent(complete, encoded_);
  if (outcome != EncodeOutcome::encoded) {
    return refusal(outcome);
  }
  if (encoded_.size() > options_.history.bytes) {
    return WriteOutcome::tooLarge;
  }
  relieveInbox(now);
  if (isOverloaded(encoded_.size())) {
    return WriteOutcome::overloaded;
  }
  LogEntry entry;
  entry.sequence = ++sequence_;
  entry.bytes = encoded_;
  entry.typeHash = typeHash(fields.type);
  entry.conflateHash = hashOrNone(options.conflateKey);
  entry.at = now;
  entry.expires = options.ttl > Millis{0} ? now + options.ttl : kNever;
  log.append(entry);
  if (fields.id) {
    givenIds_.remember(*fields.id, entry.sequence);
  }
  return WriteOutcome::written;
}

WriteOutcome Hub::publish(std::string_view key, const EventFields& fields, const PublishOptions& options, Instant now,
                          Receipt& receipt) {
  Channel& channel = registry_.channel(key, now);
  nextSweep_ = std::min(nextSweep_, now + options_.sweepEvery);
  const WriteOutcome outcome = write(channel.log, fields, options, now, receipt);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  receipt.recipients = channel.members.size() - channel.listeners;
  if (channel.members.empty()) {
    channel.log.trim(options_.history, now);
    return outcome;
  }
  if (channel.filtered > 0) {
    const std::uint64_t type = typeHash(fields.type);
    receipt.recipients =
        static_cast<std::size_t>(std::count_if(channel.members.begin(), channel.members.end(), [&](Connection* member) {
          const auto& types = member->find(channel)->types;
          return member->hub.isCounted && (types.empty() || std::find(types.begin(), types.end(), type) != types.end());
        }));
  }
  countIn(encoded_.size(), now);
  if (!channel.awaitsTrim) {
    channel.awaitsTrim = true;
    awaitTrim_.push_back(&channel);
  }
  if (!channel.hasNews) {
    channel.hasNews = true;
    news_.push_back(&channel);
    for (auto& [id, owner] : owners_) {
      wake(owner);
    }
  }
  return outcome;
}

WriteOutcome Hub::send(ConnectionId id, const EventFields& fields, Instant now, Receipt& receipt) {
  Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr || connection->hub.isEnding) {
    return WriteOutcome::closed;
  }
  const WriteOutcome outcome = write(connection->own(), fields, {}, now, receipt);
  if (outcome == WriteOutcome::written) {
    receipt.recipients = 1;
    countIn(encoded_.size(), now);
    markNews(*connection);
  }
  return outcome;
}

WriteOutcome Hub::comment(ConnectionId id, std::string_view text, Instant now) {
  Connection* const connection = registry_.findConnection(id);
  if (connection == nullptr || connection->hub.isEnding) {
    return WriteOutcome::closed;
  }
  encoded_.clear();
  encodeComment(text, encoded_);
  if (encoded_.size() > options_.history.bytes) {
    return WriteOutcome::tooLarge;
  }
  if (isOverloaded(encoded_.size())) {
    return WriteOutcome::overloaded;
  }
  LogEntry entry;
  entry.sequence = sequence_;  // behind everything so far, without a number of its own
  entry.bytes = encoded_;
  entry.at = now;
  connection->own().append(entry);
  countIn(encoded_.size(), now);
  markNews(*connection);
  return WriteOutcome::written;
}

// --- what is there

std::size_t Hub::connectionCount(std::string_view key) {
  const Channel* const channel = registry_.findChannel(key);
  return channel == nullptr ? 0 : channel->members.size() - channel->listeners;
}

}  // namespace millrace
