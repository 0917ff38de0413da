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
  due_.insert({next, &subscriber});
}

Subscriber* Deadlines::takeDue(Instant now) {
  if (next() > now || due_.empty()) {
    return nullptr;
  }
  Subscriber* const subscriber = due_.begin()->subscriber;
  due_.erase(due_.begin());
  subscriber->deadlines.noted = kNever;
  return subscriber;
}

}  // namespace millrace
