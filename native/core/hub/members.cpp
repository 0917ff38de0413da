#include "core/hub/members.hpp"

#include "core/hub/subscriber.hpp"

#include <algorithm>

namespace millrace {

void Members::add(Subscriber& subscriber, Subscription& subscription) {
  subscription.slot = members_.size();
  members_.push_back(&subscriber);
  count(subscriber.owner());
  listeners_ += subscriber.isListener() ? 1 : 0;
  compressed_ += subscriber.options().isCompressed ? 1 : 0;
  if (!subscriber.isListener()) {
    filtered_.add(subscription.filter);
  }
}

void Members::remove(const Subscriber& subscriber, const Subscription& subscription) {
  Subscriber* const last = members_.back();
  members_[subscription.slot] = last;
  last->subscriptions().find(*subscription.channel)->slot = subscription.slot;
  members_.pop_back();
  uncount(subscriber.owner());
  listeners_ -= subscriber.isListener() ? 1 : 0;
  compressed_ -= subscriber.options().isCompressed ? 1 : 0;
  if (!subscriber.isListener()) {
    filtered_.remove(subscription.filter);
  }
}

void Members::move(OwnerId from, OwnerId to) {
  uncount(from);
  count(to);
}

std::size_t Members::recipients(const LogEntry& entry) const {
  return connections() - filtered_.size() + filtered_.readersOf(entry);
}

void Members::count(OwnerId owner) {
  const auto found =
      std::find_if(owners_.begin(), owners_.end(), [&](const Share& share) { return share.owner == owner; });
  if (found == owners_.end()) {
    owners_.push_back({owner, 1});
  } else {
    ++found->members;
  }
}

void Members::uncount(OwnerId owner) {
  const auto found =
      std::find_if(owners_.begin(), owners_.end(), [&](const Share& share) { return share.owner == owner; });
  if (found != owners_.end() && --found->members == 0) {
    owners_.erase(found);
  }
}

}  // namespace millrace
