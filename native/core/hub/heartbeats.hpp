#pragma once

#include "core/base/instant.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/endings.hpp"
#include "core/hub/heartbeat_template.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/subscriber.hpp"

#include <string>

namespace millrace {

// Signs of life for subscribers that have nothing else to send.
class Heartbeats {
 public:
  // All outlive it.
  Heartbeats(const Sequence& sequence, Scheduler& scheduler, Deadlines& deadlines, Endings& endings)
      : sequence_(sequence), scheduler_(scheduler), deadlines_(deadlines), endings_(endings) {}

  // The subscriber's heartbeat is due: writes it, where there is need of one, and sets the next,
  // which the caller notes.
  void runDue(Subscriber& subscriber, Instant now);
  // Its owner has looked at the link, as LinkPace::isAwaited() asked it to: writes the heartbeat if it is due, and ends a subscriber
  // whose link is dead.
  void noteLink(Subscriber& subscriber, const LinkState& link, Instant now);

 private:
  // Says whether it was written.
  [[nodiscard]] bool writeIfNeeded(Subscriber& subscriber, Instant now);
  void write(Subscriber& subscriber, Instant now);
  // Of the heartbeat that is being written.
  [[nodiscard]] static HeartbeatFields fieldsOf(const Subscriber& subscriber, Instant now);
  [[nodiscard]] static std::string usualData(const Subscriber& subscriber, Instant now);

  const Sequence& sequence_;
  Scheduler& scheduler_;
  Deadlines& deadlines_;
  Endings& endings_;
};

}  // namespace millrace
