// The hub's turns: who has news, who is behind, and what is evicted; see hub.hpp.
#include "core/hub/hub.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace {
namespace {

constexpr std::uint64_t kEverything = std::numeric_limits<std::uint64_t>::max();

}  // namespace

// --- who has news

void Hub::wake(Owner& owner) {
  if (!owner.isBusy() && sequence_ > 0) {
    owner.lookedThrough = sequence_ - 1;  // whatever came while it idled did not concern it
  }
  if (!owner.isWoken) {
    owner.isWoken = true;
    owner.mustCollect = true;
    owner.wokenAt = now_;
  }
}

void Hub::markNews(Connection& connection) {
  if (connection.hub.isListed) {
    return;
  }
  connection.hub.isListed = true;
  Owner& owner = ownerOf(connection);
  owner.news.push_back(connection.id());
  if (!owner.isReading) {  // else its turn comes to it, or settle() sees to it
    wake(owner);
  }
}

// What was published before there was an owner does not wait for it.
Hub::Owner& Hub::ownerNamed(OwnerId ownerId) {
  const auto [found, isNew] = owners_.try_emplace(ownerId);
  if (isNew) {
    found->second.lookedThrough = sequence_;
  }
  return found->second;
}

Hub::Owner& Hub::ownerOf(const Connection& connection) {
  if (lastOwner_ == nullptr || lastOwnerId_ != connection.owner()) {
    lastOwnerId_ = connection.owner();
    lastOwner_ = &owners_[lastOwnerId_];
  }
  return *lastOwner_;
}

// One pass after the other, so that a turn knows when those are over that it waits for. From the last member to the first,
// since who leaves is replaced by the last one: nobody is missed.
void Hub::spreadNews(std::size_t limit) {
  while (!spreading_.empty() && limit > 0) {
    Channel& channel = *spreading_.front();
    if (!channel.isSpreading) {
      channel.isToSpread = false;
      channel.isSpreading = true;
      channel.unspread = channel.members.size();
    }
    for (; channel.unspread > 0 && limit > 0; --limit) {
      markNews(*channel.members[--channel.unspread]);
    }
    if (channel.unspread == 0) {
      channel.isSpreading = false;
      spreading_.pop_front();
    }
  }
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

void Hub::beginTurn(OwnerId ownerId) {
  for (Channel* const channel : std::exchange(news_, {})) {
    channel->hasNews = false;
    if (!channel->isToSpread) {
      channel->isToSpread = true;
      spreading_.push_back(channel);
      ++passes_;
    }
  }
  const auto found = owners_.find(ownerId);
  if (found == owners_.end()) {
    return;
  }
  Owner& owner = found->second;
  owner.isWoken = false;
  owner.mustCollect = false;
  owner.isReading = true;
  owner.lookingThrough = sequence_;
  owner.isBounded = false;
  owner.passes = passes_;
}

bool Hub::collect(OwnerId ownerId, std::size_t limit, Turn& turn) {
  spreadNews(limit);
  const auto found = owners_.find(ownerId);
  if (found == owners_.end()) {
    return false;
  }
  Owner& owner = found->second;
  const auto closing = std::exchange(owner.closing, {});
  turn.closing.insert(turn.closing.end(), closing.begin(), closing.end());
  if (!owner.isBounded && passes_ - spreading_.size() >= owner.passes) {
    owner.isBounded = true;
    owner.budget = owner.news.size() - owner.taken;
  }
  std::size_t looked = 0;
  for (; looked < limit && owner.taken < owner.news.size() && (!owner.isBounded || looked < owner.budget); ++looked) {
    const ConnectionId id = owner.news[owner.taken++];
    Connection* const connection = registry_.findConnection(id);
    if (connection == nullptr || connection->owner() != ownerId) {
      continue;
    }
    connection->hub.isListed = false;
    const bool isNew = !std::exchange(connection->hub.isOffered, true);
    if (isNew) {
      turn.readable.push_back(id);
      turn.connections.push_back(connection);
    }
    // Else it is read in this turn; but a compressed one may have a rest of its own to send first.
    if (!isNew || !owner.isTrusted || connection->options().isCompressed) {
      owner.judged.push_back(id);
    }
  }
  owner.budget -= owner.isBounded ? looked : 0;
  if (owner.taken == owner.news.size()) {
    owner.news.clear();
    owner.taken = 0;
  }
  return !owner.isBounded || owner.budget > 0;
}

// --- what is read

// Channels nobody wants compressed any more are dropped here.
std::vector<DeflateJob> Hub::deflateJobs(std::size_t limit) {
  std::erase_if(compressing_, [](Channel* channel) {
    channel->isCompressing = channel->compressed > 0;
    if (!channel->isCompressing) {
      channel->log.dropDeflated();
    }
    return !channel->isCompressing;
  });
  std::vector<DeflateJob> jobs;
  for (const Channel* const channel : compressing_) {
    for (Cursor at = channel->log.deflatedEnd(); at < channel->log.end() && jobs.size() < limit; ++at.next) {
      DeflateJob& job = jobs.emplace_back();
      job.channel = channel->key;
      job.cursor = at;
      job.plain = channel->log.at(at).bytes;
      channel->log.pin(at, job.pin);
    }
  }
  return jobs;
}

// Another thread may have done the same meanwhile, or the log may have lost it.
void Hub::deflated(const DeflateJob& job) {
  Channel* const channel = registry_.findChannel(job.channel);
  const bool isNext = channel != nullptr && channel->compressed > 0 && channel->log.deflatedEnd() == job.cursor &&
                      job.cursor < channel->log.end();
  if (isNext && channel->log.at(job.cursor).bytes.data() == job.plain.data()) {
    channel->log.addDeflated({job.deflated, job.crc32});
  }
}

// Over all channels, for a client's cursor counts for all of them.
std::uint64_t Hub::deflatedThrough() const {
  std::uint64_t through = kEverything;
  for (const Channel* const channel : compressing_) {
    const Cursor next = channel->log.deflatedEnd();
    if (channel->compressed > 0 && next < channel->log.end()) {
      through = std::min(through, channel->log.at(next).sequence - 1);
    }
  }
  return through;
}

void Hub::read(ConnectionId id, Instant now, const ReadLimits& limits, Spans& spans) {
  if (Connection* const connection = registry_.findConnection(id)) {
    read(*connection, now, limits, spans);
  }
}

void Hub::read(Connection& connection, Instant now, const ReadLimits& limits, Spans& spans) {
  now_ = now;
  if (!connection.options().isCompressed) {
    connection.gather(now, limits, spans);
    return;
  }
  ReadLimits allowed = limits;
  allowed.sequence = deflatedThrough();
  connection.gather(now, allowed, spans);
}

bool Hub::taken(ConnectionId id, Instant now) {
  Connection* const connection = registry_.findConnection(id);
  return connection != nullptr && taken(*connection, now);
}

bool Hub::taken(Connection& connection, Instant now) {
  now_ = now;
  const bool hasMore = connection.hasMore();
  connection.taken();
  connection.hub.isOffered = hasMore;
  connection.hub.isSlow = false;
  connection.hub.judgedAt = kNever;
  const bool awaitsDeflate = connection.options().isCompressed && !hasMore && connection.hasPending();
  if (awaitsDeflate) {
    markNews(connection);
  }
  if (hasMore || awaitsDeflate) {
    noteBehind(connection);  // through no fault of its own: what it was not given stays
  }
  if (connection.isComplete()) {
    beginEnding(connection, CloseReason::completed);
  }
  return hasMore || (connection.hub.isEnding && connection.hasPending());
}

void Hub::takenUpTo(ConnectionId id, const char* firstUntaken, Instant now) {
  if (Connection* const connection = registry_.findConnection(id)) {
    takenUpTo(*connection, firstUntaken, now);
  }
}

void Hub::takenUpTo(Connection& connection, const char* firstUntaken, Instant now) {
  now_ = now;
  connection.takenUpTo(firstUntaken);
  if (connection.isBroken()) {
    if (connection.hub.isEnding) {
      tellClosing(connection, connection.owner(), CloseReason::lagging);  // there is no whole end any more
    }
    beginEnding(connection, CloseReason::lagging);
  } else {
    noteBehind(connection);
  }
}

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

// One that nobody has begun to read is not slow: its response is still being prepared.
void Hub::noteBehind(Connection& connection) {
  if (connection.hub.isEnding) {
    if (connection.hub.endsAt != kNever) {  // else its time is over
      hold(connection, connection.hub.endsAt);
    }
    return;
  }
  if (!connection.hasBeenRead() || connection.hub.isSlow) {
    return;
  }
  if (connection.hub.judgedAt == kNever) {
    connection.hub.judgedAt = now_ + options_.lagGrace;
    schedule(connection);
  }
  connection.hub.isSlow = connection.hub.judgedAt <= now_;
  if (connection.hub.isSlow) {
    connection.hub.judgedAt = kNever;
    return;
  }
  hold(connection, connection.hub.judgedAt);
}

// Nothing that the connection has not taken is evicted before, as long as the inbox is not half full.
void Hub::hold(const Connection& connection, Instant until) {
  for (const Subscription& subscription : connection.subscriptions()) {
    Channel& channel = *subscription.channel;
    if (subscription.cursor < channel.log.end()) {
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
  const std::size_t events = (options_.history.events + 1) / 2;
  const std::size_t bytes = (options_.history.bytes + 1) / 2;
  const auto& subscriptions = connection.subscriptions();
  return std::any_of(subscriptions.begin(), subscriptions.end(), [&](const Subscription& subscription) {
    const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
    return behind.events > events || behind.bytes > bytes;
  });
}

void Hub::beginEnding(Connection& connection, CloseReason reason) {
  if (connection.hub.isEnding) {
    return;
  }
  connection.hub.isEnding = true;
  connection.hub.endReason = reason;
  connection.endAt(sequence_);
  connection.hub.stopDeadlines();
  connection.hub.endsAt = now_ + options_.flushFor;
  if (reason != CloseReason::lagging && reason != CloseReason::disconnected && connection.hasPending()) {
    hold(connection, connection.hub.endsAt);
  }
  schedule(connection);
  tellClosing(connection, connection.owner(), reason);
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
  std::uint64_t through = kEverything;
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
  const Cursor lookedAt = through == kEverything ? channel.log.end() : channel.log.after(through);
  channel.trimBefore(std::min(channel.log.kept(options_.history, now_), lookedAt));
  const std::size_t waiting = std::min(channel.inboxBytes, channel.log.distance(lookedAt).bytes);
  inbox_ -= channel.inboxBytes - waiting;
  channel.inboxBytes = waiting;
  return through != kEverything;
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
