// What a connection reads and where from; how it reads is in reading.cpp.
#include "core/hub/connection.hpp"

#include "core/hub/merge.hpp"
#include "core/log/replay.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

void Connection::setOwner(OwnerId owner) {
  for (const Subscription& subscription : subscriptions_) {
    subscription.channel->discountOwner(owner_);
    subscription.channel->countOwner(owner);
  }
  owner_ = owner;
}

std::string_view closeReasonName(CloseReason reason) {
  switch (reason) {
    case CloseReason::closed:
      return "closed";
    case CloseReason::disconnected:
      return "disconnected";
    case CloseReason::lagging:
      return "lagging";
    case CloseReason::durationCap:
      return "duration_cap";
    case CloseReason::unread:
      return "unread";
    case CloseReason::completed:
      return "completed";
    case CloseReason::draining:
      return "draining";
  }
  return "unknown";
}

bool Connection::hasPending() const {
  if (isBroken_) {
    return false;
  }
  const bool owes = owesCursor_ || hub.owesVerdict || hub.owesBeginning;
  if (owes || !rest_.empty() || !sending_.empty() || !notice_.empty() || own_ != nullptr) {
    return true;
  }
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [this](const Subscription& subscription) { return awaits(subscription); });
}

bool Connection::awaits(const Subscription& subscription) const {
  return !isAtEnd_ && subscription.cursor < endOf(subscription.channel->log);
}

LogDistance Connection::lag() const {
  LogDistance lag = own_ ? own_->distance(own_->begin()) : LogDistance{};
  for (const Subscription& subscription : subscriptions_) {
    const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
    lag.events += behind.events;
    lag.bytes += behind.bytes;
  }
  return lag;
}

bool Connection::isEvicted() const {
  return !isAtEnd_ && std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const Subscription& subscription) {
    return subscription.cursor < subscription.channel->log.begin();
  });
}

void Connection::noticeGap() {
  if (!hasGapNotice_) {
    encodeVerdict(Verdict::gap, notice_);
    hasGapNotice_ = true;
  }
}

void Connection::append(const LogEntry& entry) {
  if (!own_) {
    own_ = std::make_unique<ChannelLog>();
    ownGiven_ = {};
  }
  own_->append(entry);
}

void Connection::trimOwn(Cursor before) {
  if (!own_) {
    return;
  }
  own_->trimBefore(before);
  if (own_->isEmpty()) {
    own_.reset();
  }
}

void Connection::dropOldest() {
  noticeGap();
  for (Subscription& subscription : subscriptions_) {
    subscription.cursor = std::max(subscription.cursor, subscription.channel->log.begin());
  }
  Merge merge;
  mergeFrom(merge, false);
  LogDistance behind = lag();
  while (behind.events > options_.lag.events || behind.bytes > options_.lag.bytes) {
    const MergeSource* const source = merge.oldest();
    if (source == nullptr) {
      break;
    }
    --behind.events;
    behind.bytes -= source->log->at(source->at).bytes.size();
    merge.advance();
  }
  for (const MergeSource& source : merge.sources()) {
    if (source.subscription != nullptr) {
      source.subscription->cursor = source.at;
    } else {
      trimOwn(source.at);
    }
  }
}

std::uint64_t Connection::passedThrough() const {
  std::uint64_t through = lastSequence_;
  for (const Subscription& subscription : subscriptions_) {
    const ChannelLog& log = subscription.channel->log;
    const Cursor next = std::max(subscription.cursor, log.begin());
    if (next < log.end()) {
      through = std::min(through, log.at(next).sequence - 1);
    }
  }
  return through;
}

bool Connection::isFiltered() const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [](const Subscription& subscription) { return !subscription.types.empty(); });
}

void Connection::beginAt(std::uint64_t position) {
  position_ = position;
  for (Subscription& subscription : subscriptions_) {
    subscription.cursor = subscription.channel->log.after(position);
  }
}

Subscription* Connection::find(const Channel& channel) {
  const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                                  [&](const Subscription& subscription) { return subscription.channel == &channel; });
  return found == subscriptions_.end() ? nullptr : &*found;
}

Subscription& Connection::add(Subscription subscription) {
  Channel& channel = *subscription.channel;
  subscription.slot = channel.members.size();
  channel.members.push_back(this);
  channel.countOwner(owner_);
  channel.listeners += hub.isCounted ? 0 : 1;
  channel.compressed += options_.isCompressed ? 1 : 0;
  if (hub.isCounted && !subscription.types.empty()) {
    ++channel.filtered;
    for (const std::uint64_t type : subscription.types) {
      ++channel.wanted[type];
    }
  }
  subscriptions_.push_back(std::move(subscription));
  return subscriptions_.back();
}

// The channel's last member takes the free place, so leaving costs the same in a channel of any size.
void Connection::remove(Channel& channel) {
  Subscription* const subscription = find(channel);
  if (subscription == nullptr) {
    return;
  }
  holdRestBefore(channel, channel.log.end());
  channel.inFlight -= isInFlight_ && subscription->isInFlight ? 1 : 0;
  Connection* const last = channel.members.back();
  channel.members[subscription->slot] = last;
  last->find(channel)->slot = subscription->slot;
  channel.members.pop_back();
  channel.unspread = std::min(channel.unspread, channel.members.size());
  channel.discountOwner(owner_);
  channel.listeners -= hub.isCounted ? 0 : 1;
  channel.compressed -= options_.isCompressed ? 1 : 0;
  if (hub.isCounted && !subscription->types.empty()) {
    --channel.filtered;
    for (const std::uint64_t type : subscription->types) {
      channel.discountType(type);
    }
  }
  if (subscription != &subscriptions_.back()) {
    *subscription = std::move(subscriptions_.back());
  }
  subscriptions_.pop_back();
}

}  // namespace millrace
