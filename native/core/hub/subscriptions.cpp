#include "core/hub/subscriptions.hpp"

#include <algorithm>

namespace millrace {

Cursor Subscription::before(std::size_t entries, const SubscriberOptions& options, Instant now) const {
  const ChannelLog& log = channel->log;
  const std::uint64_t through = owesState && stateText() != nullptr ? channel->state->through : 0;
  Cursor at = log.readableEnd();
  while (entries > 0 && log.begin() < at) {
    --at.next;
    entries -= isWanted(log.at(at), through, options) && log.isCurrent(at, now) ? 1 : 0;
  }
  return at;
}

Subscription* Subscriptions::find(const Channel& channel) {
  const auto found = std::find_if(list_.begin(), list_.end(),
                                  [&](const Subscription& subscription) { return subscription.channel == &channel; });
  return found == list_.end() ? nullptr : &*found;
}

bool Subscriptions::contain(const Channel& channel) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const Subscription& subscription) { return subscription.channel == &channel; });
}

bool Subscriptions::contain(const ChannelClass& group) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const Subscription& subscription) { return &subscription.channel->channelClass() == &group; });
}

Subscription& Subscriptions::add(Subscription subscription) {
  mayOweStates_ = mayOweStates_ || subscription.owesState;
  list_.push_back(std::move(subscription));
  return list_.back();
}

void Subscriptions::remove(const Channel& channel) {
  Subscription* const subscription = find(channel);
  if (subscription == nullptr) {
    return;
  }
  if (subscription != &list_.back()) {
    *subscription = std::move(list_.back());
  }
  list_.pop_back();
}

void Subscriptions::oweStates() {
  for (Subscription& subscription : list_) {
    subscription.owesState = true;
  }
  mayOweStates_ = true;
}

void Subscriptions::oweStatesOfEvicted() {
  for (Subscription& subscription : list_) {
    subscription.owesState = subscription.owesState || subscription.cursor < subscription.channel->log.begin();
  }
  mayOweStates_ = true;
}

void Subscriptions::clearFresh() {
  for (Subscription& subscription : list_) {
    subscription.fresh = {};
  }
}

bool Subscriptions::areFiltered() const {
  return std::any_of(list_.begin(), list_.end(),
                     [](const Subscription& subscription) { return !subscription.filter.takesAll(); });
}

bool Subscriptions::areEvicted() const {
  return std::any_of(list_.begin(), list_.end(), [](const Subscription& subscription) {
    return subscription.cursor < subscription.channel->log.begin();
  });
}

bool Subscriptions::haveLostSince(std::uint64_t sequence) const {
  return std::any_of(list_.begin(), list_.end(), [sequence](const Subscription& subscription) {
    return subscription.channel->log.evictedThrough() > sequence;
  });
}

std::uint64_t Subscriptions::readableThrough() const {
  std::uint64_t through = kEverySequence;
  for (const Subscription& subscription : list_) {
    const ChannelLog& log = subscription.channel->log;
    if (log.isHeld()) {
      through = std::min(through, log.at(log.readableEnd()).sequence - 1);
    }
  }
  return through;
}

std::uint64_t Subscriptions::passedThrough() const {
  std::uint64_t through = kEverySequence;
  for (const Subscription& subscription : list_) {
    const ChannelLog& log = subscription.channel->log;
    const Cursor next = std::max(subscription.cursor, log.begin());
    if (next < log.end()) {
      through = std::min(through, log.at(next).sequence - 1);
    }
  }
  return through;
}

LogDistance Subscriptions::lag() const {
  LogDistance lag;
  for (const Subscription& subscription : list_) {
    const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
    lag.events += behind.events;
    lag.bytes += behind.bytes;
  }
  return lag;
}

void Subscriptions::skipEvicted() {
  for (Subscription& subscription : list_) {
    subscription.cursor = std::max(subscription.cursor, subscription.channel->log.begin());
  }
}

void Subscriptions::moveTo(std::uint64_t sequence) {
  for (Subscription& subscription : list_) {
    subscription.cursor = subscription.channel->log.after(sequence);
  }
}

}  // namespace millrace
