// Who is behind, what becomes of them, and what is evicted; see hub.hpp.
#include "core/hub/hub.hpp"

#include "core/wire/notice.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
// --- who is behind

void Hub::settle(OwnerId ownerId, Instant now) {
  now_ = now;
  const auto found = owners_.find(ownerId);
  if (found == owners_.end()) {
    trimAll();
    return;
  }
  Owner& owner = found->second;
  owner.isReading = false;
  owner.lookedThrough = owner.lookingThrough;
  inbox_ -= std::exchange(owner.inboxBytes, 0);
  const auto judged = std::exchange(owner.judged, {});
  for (const ConnectionId id : judged) {
    if (Connection* const connection = findOpen(id); connection != nullptr && isBehind(*connection)) {
      noteBehind(*connection);
    }
  }
  if (owner.taken < owner.news.size()) {
    wake(owner);
  }
  trimAll();
  for (const ConnectionId id : judged) {
    if (Connection* const connection = findOpen(id); connection != nullptr && isBehind(*connection)) {
      judge(*connection);
    }
  }
}

// It was offered its bytes and has not taken all of them.
bool Hub::isBehind(const Connection& connection) const { return connection.hub.isOffered && !connection.isInFlight(); }

void Hub::noteProgress(Connection& connection) {
  connection.hub.isSlow = false;
  connection.hub.hasProgressed = true;
  connection.hub.judgedAt = kNever;
  connection.hub.stalledAt = kNever;
}

// One that nobody has begun to read is not slow: its response is still being prepared. What a client was promised when it came,
// its state and its history, is held for it as long as it makes progress, however slow its line is.
void Hub::noteBehind(Connection& connection) {
  constexpr int kToCatchUpFirst = 10;
  Connection::HubState& state = connection.hub;
  if (state.isEnding) {
    if (state.endsAt == kNever) {  // its time is over
      return;
    }
    if (connection.hasBeenRead() && state.endsAt > now_ + options_.flushFor) {  // somebody has begun to read it
      state.endsAt = now_ + options_.flushFor;
      schedule(connection);
    }
    hold(connection, state.endsAt);
    return;
  }
  if (!connection.hasBeenRead()) {
    return;
  }
  if (state.stalledAt == kNever) {
    state.stalledAt = now_ + connection.options().lag.stall;
    schedule(connection);
  }
  if (state.isSlow) {
    return;
  }
  if (state.judgedAt == kNever) {
    state.judgedAt = now_ + options_.lagGrace * (state.isCatchingUp ? kToCatchUpFirst : 1);
    schedule(connection);
  }
  state.isSlow = state.judgedAt <= now_;
  if (state.isSlow) {
    state.judgedAt = kNever;
    return;
  }
  hold(connection, state.judgedAt);
}

// Nothing that the connection has not taken is evicted before, as long as the inbox is not half full.
void Hub::hold(const Connection& connection, Instant until) {
  for (const Subscription& subscription : connection.subscriptions()) {
    if (connection.awaits(subscription)) {
      Channel& channel = *subscription.channel;
      channel.heldUntil = std::max(channel.heldUntil, until);
    }
  }
}

// What nobody has begun to read holds its own events only; they have a limit too.
void Hub::judge(Connection& connection) {
  if (!connection.hasBeenRead()) {
    if (connection.ownBytes() > options_.history.bytes) {
      beginEnding(connection, CloseReason::lagging);
    }
    return;
  }
  const LagOptions& limits = connection.options().lag;
  const LogDistance lag = connection.lag();
  const bool isBeyond = connection.hub.isSlow && (lag.events > limits.events || lag.bytes > limits.bytes);
  if (limits.overflow == Overflow::dropOldest) {
    if (isBeyond || connection.isEvicted()) {
      connection.dropOldest();
    }
  } else if (isBeyond || connection.isEvicted() || (connection.hub.isSlow && isNearlyEvicted(connection))) {
    beginEnding(connection, CloseReason::lagging);
  }
}

// Half of a history is left to a client that is disconnected, so that it finds what it missed when it is back.
bool Hub::isNearlyEvicted(const Connection& connection) const {
  const std::size_t events = options_.history.events - options_.history.events / 2;
  const std::size_t bytes = options_.history.bytes - options_.history.bytes / 2;
  const auto& subscriptions = connection.subscriptions();
  return std::any_of(subscriptions.begin(), subscriptions.end(), [&](const Subscription& subscription) {
    const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
    return behind.events > events || behind.bytes > bytes;
  });
}

void Hub::beginEnding(Connection& connection, CloseReason reason, std::string_view said) {
  if (connection.hub.isEnding) {
    return;
  }
  if (isMeant(reason) && connection.hub.isCounted) {
    sayEnd(connection, reason, said);
  }
  connection.hub.isEnding = true;
  connection.hub.endReason = reason;
  connection.endAt(sequence_);
  connection.hub.stopDeadlines();
  connection.hub.endsAt = now_ + (connection.hasBeenRead() ? options_.flushFor : options_.unreadFor);
  connection.hub.hasProgressed = false;
  if (!isHopeless(reason) && connection.hasPending()) {
    hold(connection, connection.hub.endsAt);
  }
  schedule(connection);
  tellClosing(connection, connection.owner(), reason);
}

// Behind all that the connection is still given. Who reads a channel goes on there, unless the application has ended it.
void Hub::sayEnd(Connection& connection, CloseReason reason, std::string_view said) {
  const bool isOver = reason == CloseReason::closed || reason == CloseReason::completed;
  const bool goesOn = !isOver && !connection.subscriptions().empty();
  encoded_.clear();
  encodeEnd(said.empty() ? closeReasonName(reason) : said, goesOn ? Return::wanted : Return::never, encoded_);
  LogEntry entry;
  entry.sequence = std::min(sequence_, connection.lastSequence());
  entry.bytes = encoded_;
  entry.at = now_;
  appendOwn(connection, entry);
}

void Hub::tellClosing(const Connection& connection, OwnerId ownerId, CloseReason reason) {
  Owner& owner = owners_[ownerId];
  owner.closing.emplace_back(connection.id(), reason);
  wake(owner);
}

// --- what is evicted

void Hub::addToInbox(Channel& channel) {
  channel.inboxBytes += encoded_.size();
  inbox_ += encoded_.size();
  if (!channel.awaitsTrim) {
    channel.awaitsTrim = true;
    awaitTrim_.push_back(&channel);
  }
}

// An owner that has not looked for so long, with so much waiting, must not keep the others from publishing. What its
// connections lose by this they are told of as a gap.
bool Hub::hangs(const Owner& owner) const {
  constexpr Millis kPatience{1000};
  return !owner.isTrusted && owner.isBusy() && isPressed() && owner.wokenAt + kPatience <= now_;
}

// Everything up to this sequence has been offered to all of the channel's connections.
std::uint64_t Hub::lookedThrough(const Channel& channel) const {
  std::uint64_t through = kEverySequence;
  for (const Channel::Share& share : channel.owners) {
    const auto found = owners_.find(share.owner);
    if (found != owners_.end() && found->second.isBusy() && !hangs(found->second)) {
      through = std::min(through, found->second.lookedThrough);
    }
  }
  return through;
}

// Says whether the channel needs to be trimmed again.
bool Hub::trim(Channel& channel) {
  if ((channel.inFlight > 0 || channel.heldUntil > now_) && !isPressed()) {
    return true;
  }
  const std::uint64_t through = lookedThrough(channel);
  const Cursor lookedAt = through == kEverySequence ? channel.log.end() : channel.log.after(through);
  channel.trimBefore(std::min(channel.log.kept(options_.history, now_), lookedAt));
  const std::size_t waiting = std::min(channel.inboxBytes, channel.log.distance(lookedAt).bytes);
  inbox_ -= channel.inboxBytes - waiting;
  channel.inboxBytes = waiting;
  return through != kEverySequence;
}

void Hub::trimAll() {
  for (auto& [id, owner] : owners_) {
    if (hangs(owner)) {
      inbox_ -= std::exchange(owner.inboxBytes, 0);
    }
  }
  std::erase_if(awaitTrim_, [this](Channel* channel) {
    channel->awaitsTrim = trim(*channel);
    return !channel->awaitsTrim;
  });
}

}  // namespace millrace
