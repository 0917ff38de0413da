// The hub's turns: who has news, and what is read; who is behind is in lag.cpp. See hub.hpp.
#include "core/hub/hub.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/notice.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
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

void Hub::noteUndeflated(Channel& channel) {
  if (channel.compressed > 0 && !channel.isUndeflated && channel.log.deflatedEnd() < channel.log.end()) {
    channel.isUndeflated = true;
    undeflated_.push_back(&channel);
  }
}

std::vector<DeflateJob> Hub::deflateJobs(std::size_t limit, std::uint64_t through) {
  std::erase_if(undeflated_, [](Channel* channel) {
    channel->isUndeflated = channel->compressed > 0 && channel->log.deflatedEnd() < channel->log.end();
    return !channel->isUndeflated;
  });
  std::vector<DeflateJob> jobs;
  for (const Channel* const channel : undeflated_) {
    const Cursor end = channel->log.after(through);
    for (Cursor at = channel->log.deflatedEnd(); at < end && jobs.size() < limit; ++at.next) {
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
  std::uint64_t through = kEverySequence;
  for (const Channel* const channel : undeflated_) {
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
  payVerdict(connection);
  if (connection.payCursor()) {
    encodeCursor(formatEventId({epoch_, connection.position()}), connection.notice());
  }
  if (std::exchange(connection.hub.owesBeginning, false)) {
    std::string beginning;
    encodeBegin(connection.subscriptions().empty() ? Resumption::impossible : Resumption::possible, beginning);
    connection.notice().insert(0, beginning);
  }
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
  noteProgress(connection);
  const bool awaitsDeflate = connection.options().isCompressed && !hasMore && connection.hasPending();
  if (awaitsDeflate) {
    markNews(connection);
  }
  if (hasMore || awaitsDeflate) {
    noteBehind(connection);  // through no fault of its own: what it was not given stays
  } else {
    connection.hub.isCatchingUp = false;
  }
  if (connection.isComplete()) {
    beginEnding(connection, CloseReason::completed);
  }
  return hasMore || (connection.hub.isEnding && connection.hasPending());
}

void Hub::takenUpTo(ConnectionId id, const char* firstUntaken, Instant now, Progress progress) {
  if (Connection* const connection = registry_.findConnection(id)) {
    takenUpTo(*connection, firstUntaken, now, progress);
  }
}

void Hub::takenUpTo(Connection& connection, const char* firstUntaken, Instant now, Progress progress) {
  now_ = now;
  connection.takenUpTo(firstUntaken);
  if (progress == Progress::some) {
    connection.hub.stalledAt = kNever;
    connection.hub.hasProgressed = true;
    if (connection.hub.isCatchingUp) {
      noteProgress(connection);
    }
  }
  if (connection.isBroken()) {
    if (connection.hub.isEnding) {
      tellClosing(connection, connection.owner(), CloseReason::lagging);  // there is no whole end any more
    }
    beginEnding(connection, CloseReason::lagging);
  } else {
    noteBehind(connection);
  }
}

}  // namespace millrace
