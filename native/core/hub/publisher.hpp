#pragma once

#include "core/base/instant.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/hub/subscriber.hpp"
#include "core/log/channel_log.hpp"
#include "core/wire/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace {

class ChannelEvents;
class DeflateQueue;
class Inbox;
class OwnEvents;
class Registry;
class Scheduler;
class Sequence;
class StoreQueue;
class Sweeper;

// Accepts events: numbers and encodes each once, and appends it to a log.
class Publisher {
 public:
  // All outlive it.
  struct Parts {
    Sequence& sequence;
    Registry& registry;
    Scheduler& scheduler;
    Inbox& inbox;
    DeflateQueue& deflates;
    Sweeper& sweeper;
    OwnEvents& ownEvents;
    ChannelEvents& channelEvents;
    StoreQueue& stores;
    const HubOptions& options;
  };
  explicit Publisher(const Parts& parts) : parts_(parts) {}

  // See Hub.
  [[nodiscard]] WriteOutcome publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                     Instant now, Receipt& receipt);
  [[nodiscard]] WriteOutcome send(Subscriber& subscriber, const EventFields& fields, Instant now, Receipt& receipt);
  [[nodiscard]] WriteOutcome comment(Subscriber& subscriber, std::string_view text, Instant now);
  [[nodiscard]] WriteOutcome writeRaw(Subscriber& subscriber, std::string_view bytes, Instant now);
  [[nodiscard]] WriteOutcome greet(Subscriber& subscriber, const EventFields& fields, Instant now);

 private:
  [[nodiscard]] WriteOutcome number(const EventFields& fields, Instant now, LogEntry& entry, Receipt& receipt);
  [[nodiscard]] WriteOutcome encode(const EventFields& fields, Instant now);
  [[nodiscard]] WriteOutcome checkSize(std::size_t bytes, Instant now);
  [[nodiscard]] WriteOutcome appendEncoded(Subscriber& subscriber, Instant now);

  Parts parts_;
  std::string encoded_;  // the event being written; kept for its memory
};

}  // namespace millrace
