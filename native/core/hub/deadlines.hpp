#pragma once

#include "core/base/instant.hpp"
#include "core/hub/subscriber.hpp"

#include <set>

namespace millrace {

// When something is due for any subscriber.
class Deadlines {
 public:
  // Notes the subscriber's next deadline. One that moved to a later time stays noted where it is, and is noted anew when it
  // comes up.
  void note(Subscriber& subscriber);
  // Always before it goes.
  void forget(Subscriber& subscriber) { due_.erase({subscriber.deadlines.noted, &subscriber}); }
  // A subscriber for which something may be due, each once; call note() when it has been done. Null when there is none.
  [[nodiscard]] Subscriber* takeDue(Instant now);
  [[nodiscard]] Instant next() const { return due_.empty() ? kNever : due_.begin()->at; }

 private:
  struct Due {
    Instant at;
    Subscriber* subscriber = nullptr;

    friend bool operator<(const Due& left, const Due& right) {
      return left.at != right.at ? left.at < right.at : left.subscriber->id() < right.subscriber->id();
    }
  };

  std::set<Due> due_;
};

}  // namespace millrace
