#include "core/hub/subscriptions.hpp"

#include <algorithm>

namespace millrace {

std::uint64_t Subscription::beginBefore(std::size_t entries, const SubscriberOptions& options, Instant now) {
  const ChannelLog& log = channel->log;
  const std::uint64_t through = owesState && stateText() != nullptr ? channel->state->through : 0;
  Cursor at = log.readableEnd();
  std::size_t missing = entries;
  while (missing > 0 && log.begin() < at) {
    --at.next;
    missing -= isWanted(log.at(at), through, options) && log.isCurrent(at, now) ? 1 : 0;
  }
  if (missing > 0 && channel->hasStoredAfter(0)) {
    beginAfter(0);
    if (stored != nullptr && missing < channel->stored->events) {
      stored->beginBeforeLast(missing, channel->evictedThrough());
    }
    return 0;
  }
  if (cursor <= at) {
    return kEverySequence;
  }
  cursor = at;
  begins = log.at(at).sequence - 1;  // if the log lets go of those before they are read, the client lacks them
  return begins;
}

void Subscription::beginAfter(std::uint64_t sequence) {
  begins = sequence;
  cursor = channel->log.after(sequence);
  stored.reset();
  if (channel->hasStoredAfter(sequence)) {
    stored = std::make_unique<StoredCursor>(sequence, channel->stored->lostThrough);  // the verdict tells of that
  }
}

Subscription Subscription::copyInFlight() const {
  Subscription copy;
  copy.channel = channel;
  copy.cursor = cursor;
  copy.given = given;
  copy.stored = stored == nullptr ? nullptr : std::make_unique<StoredCursor>(*stored);
  copy.begins = begins;
  copy.filter = filter;
  copy.stateThrough = stateThrough;
  copy.isInFlight = isInFlight;
  copy.endsSubscriber = endsSubscriber;
  return copy;
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
    subscription.owesState = subscription.owesState || subscription.isEvicted();
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
  return std::any_of(list_.begin(), list_.end(),
                     [](const Subscription& subscription) { return subscription.isEvicted(); });
}

bool Subscriptions::haveLostSince(std::uint64_t sequence) const {
  return std::any_of(list_.begin(), list_.end(), [sequence](const Subscription& subscription) {
    return !subscription.channel->hasAllAfter(sequence);
  });
}

std::uint64_t Subscriptions::readableThrough() const {
  std::uint64_t through = kEverySequence;
  for (const Subscription& subscription : list_) {
    const ChannelLog& log = subscription.channel->log;
    if (log.isHeld()) {
      through = std::min(through, log.at(log.readableEnd()).sequence - 1);
    }
    if (subscription.stored != nullptr) {
      through = std::min(through, subscription.stored->readableThrough());
    }
  }
  return through;
}

std::uint64_t Subscriptions::passedThrough() const {
  std::uint64_t through = kEverySequence;
  for (const Subscription& subscription : list_) {
    if (subscription.stored != nullptr) {
      through = std::min(through, subscription.stored->passedThrough());
      continue;
    }
    const ChannelLog& log = subscription.channel->log;
    if (subscription.isEvicted()) {
      through = std::min(through,
                         subscription.begins);  // the store may have what memory has let go of, or it is told as lost
    } else if (subscription.cursor < log.end()) {
      through = std::min(through, log.at(subscription.cursor).sequence - 1);
    }
  }
  return through;
}

// Who reads the store reads history: how far that goes back does not make a client slow.
LogDistance Subscriptions::lag() const {
  LogDistance lag;
  for (const Subscription& subscription : list_) {
    if (subscription.stored != nullptr) {
      continue;
    }
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
    subscription.beginAfter(sequence);
  }
}

}  // namespace millrace
