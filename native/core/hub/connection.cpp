// What a connection reads and where from; how it reads is in reading.cpp.
#include "core/hub/connection.hpp"

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

bool Connection::hasPending() const {
  if (isBroken_) {
    return false;
  }
  if (!rest_.empty() || !sending_.empty() || !notice_.empty() || owesCursor_ || own_ != nullptr) {
    return true;
  }
  return !isAtEnd_ &&
         std::any_of(subscriptions_.begin(), subscriptions_.end(), [this](const Subscription& subscription) {
           return subscription.cursor < endOf(subscription.channel->log);
         });
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
  for (LogDistance behind = lag(); behind.events > options_.lag.events || behind.bytes > options_.lag.bytes;
       behind = lag()) {
    Subscription* furthest = nullptr;
    for (Subscription& subscription : subscriptions_) {
      const ChannelLog& log = subscription.channel->log;
      subscription.cursor = std::max(subscription.cursor, log.begin());
      const auto sequence = [](const Subscription& of) { return of.channel->log.at(of.cursor).sequence; };
      if (subscription.cursor < log.end() && (furthest == nullptr || sequence(subscription) < sequence(*furthest))) {
        furthest = &subscription;
      }
    }
    const bool ownIsOldest = own_ && (furthest == nullptr || own_->at(own_->begin()).sequence <
                                                                 furthest->channel->log.at(furthest->cursor).sequence);
    if (ownIsOldest) {
      trimOwn({own_->begin().next + 1});
    } else if (furthest != nullptr) {
      ++furthest->cursor.next;
    } else {
      return;
    }
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
