#pragma once

#include "core/base/instant.hpp"
#include "core/hub/outcomes.hpp"

#include <string_view>

namespace millrace {

class DurableLog;
class FlowControl;
class Publisher;
class Scheduler;
class Sequence;
class Subscriptions;

// Closes channels for good: nothing is published into them any more, and who reads only such channels has its end behind their last events,
// now or later.
class ChannelEnds {
 public:
  // All outlive it.
  struct Parts {
    Publisher& publisher;
    FlowControl& flow;
    Scheduler& scheduler;
    const Sequence& sequence;
    DurableLog& durable;
  };
  explicit ChannelEnds(const Parts& parts) : parts_(parts) {}

  // What waits in the channel because of its policy leaves first. A channel that is not there is made. Closed again, nothing changes.
  [[nodiscard]] WriteOutcome close(std::string_view key, Instant now);

 private:
  const Parts parts_;
};

// It reads channels, and all of them are closed.
[[nodiscard]] bool areClosed(const Subscriptions& subscriptions);

}  // namespace millrace
