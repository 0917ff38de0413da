#pragma once

#include "core/base/instant.hpp"
#include "core/hub/close_reason.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/subscriber.hpp"

#include <string_view>

namespace millrace {

// Ends subscribers: their owners are told to close them, and their clients why, where the end is intended. An
// ending subscriber has HubOptions::flushFor to take what is left.
class Endings {
 public:
  // All outlive it.
  Endings(const Sequence& sequence, Scheduler& scheduler, Deadlines& deadlines, const HubOptions& options)
      : sequence_(sequence), scheduler_(scheduler), deadlines_(deadlines), options_(options) {}

  // `said`: the application's own word for the reason, or, for `revoked` and `moved`, what it says beside it; empty: the reason's name. Does
  // nothing for who is ending already, unless it is revoked: then it is given nothing more.
  void begin(Subscriber& subscriber, CloseReason reason, Instant now, std::string_view said = {});
  // The subscriber's stream cannot go on: it is closed at once, whether it is ending or not.
  void breakOff(Subscriber& subscriber, Instant now);
  // It is ending, and has not taken all of what is left yet. Until its time is over nothing of that is evicted.
  void noteBehind(Subscriber& subscriber, Instant now);
  // It is ending, and its time for taking what is left has come up. Afterwards the caller notes its deadlines.
  void runDue(Subscriber& subscriber, Instant now);

 private:
  [[nodiscard]] Millis timeToTake(const Subscriber& subscriber, CloseReason reason) const;
  void tellClient(Subscriber& subscriber, CloseReason reason, Instant now, std::string_view said);

  const Sequence& sequence_;
  Scheduler& scheduler_;
  Deadlines& deadlines_;
  const HubOptions& options_;
};

}  // namespace millrace
