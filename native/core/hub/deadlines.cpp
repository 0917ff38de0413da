#include "core/hub/deadlines.hpp"

namespace millrace {

void Deadlines::note(Subscriber& subscriber) {
  SubscriberDeadlines& deadlines = subscriber.deadlines;
  const Instant next = deadlines.next();
  if (next >= deadlines.noted) {
    return;
  }
  forget(subscriber);
  deadlines.noted = next;
  due_.emplace(next, subscriber.id());
}

std::optional<SubscriberId> Deadlines::takeDue(Instant now) {
  if (due_.empty() || due_.begin()->first > now) {
    return std::nullopt;
  }
  const SubscriberId id = due_.begin()->second;
  due_.erase(due_.begin());
  return id;
}

}  // namespace millrace
