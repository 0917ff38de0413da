#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/endings.hpp"
#include "core/hub/event_writer.hpp"
#include "core/hub/heartbeats.hpp"
#include "core/hub/lag_judge.hpp"
#include "core/hub/retry_spread.hpp"

namespace millrace {

// Does what is due for subscribers: each deadline's work is its own part's.
class Timers {
 public:
  // All outlive it.
  struct Parts {
    Deadlines& deadlines;
    Heartbeats& heartbeats;
    LagJudge& lagJudge;
    Endings& endings;
    EventWriter& writer;
  };
  explicit Timers(const Parts& parts) : parts_(parts) {}

  void runDue(Instant now);

 private:
  void run(Subscriber& subscriber, Instant now);
  void endOpen(Subscriber& subscriber, Instant now);

  Parts parts_;
  Returns returns_;
};

}  // namespace millrace
