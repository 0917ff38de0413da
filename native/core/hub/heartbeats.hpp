#pragma once

#include "core/base/instant.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/subscriber.hpp"

#include <string>

namespace millrace {

// Signs of life for subscribers that have nothing else to send.
class Heartbeats {
 public:
  // Both outlive it.
  Heartbeats(const Sequence& sequence, Scheduler& scheduler) : sequence_(sequence), scheduler_(scheduler) {}

  // The subscriber's heartbeat is due: writes it, where there is need of one, and sets the next,
  // which the caller notes.
  void runDue(Subscriber& subscriber, Instant now);

 private:
  void write(Subscriber& subscriber, Instant now);
  [[nodiscard]] static std::string usualData(const Subscriber& subscriber, Instant now);

  const Sequence& sequence_;
  Scheduler& scheduler_;
};

}  // namespace millrace
