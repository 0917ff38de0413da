#pragma once

#include "core/base/instant.hpp"
#include "core/hub/subscriber.hpp"

#include <optional>
#include <set>
#include <utility>

namespace millrace {

// When something is due for any subscriber.
class Deadlines {
 public:
  // Notes the subscriber's next deadline. One that moved to a later time stays noted where it is, and is noted anew when it
  // comes up.
  void note(Subscriber& subscriber);
  void forget(const Subscriber& subscriber) { due_.erase({subscriber.deadlines.noted, subscriber.id()}); }
  // A subscriber for which something may be due, each once; call note() when it has been done. None when there is none.
  [[nodiscard]] std::optional<SubscriberId> takeDue(Instant now);
  [[nodiscard]] Instant next() const { return due_.empty() ? kNever : due_.begin()->first; }

 private:
  std::set<std::pair<Instant, SubscriberId>> due_;
};

}  // namespace millrace
