#pragma once

#include "core/base/instant.hpp"
#include "core/base/time_of_day.hpp"
#include "core/base/unix_time.hpp"
#include "core/flow/flow_event.hpp"
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
class Scheduler;
class Sequence;
class StoreQueue;

// Numbers and encodes events, each once, and appends them to logs.
class EventWriter {
 public:
  // All outlive it.
  struct Parts {
    Sequence& sequence;
    Scheduler& scheduler;
    Inbox& inbox;
    DeflateQueue& deflates;
    OwnEvents& ownEvents;
    ChannelEvents& channelEvents;
    StoreQueue& stores;
    const HubOptions& options;
  };
  explicit EventWriter(const Parts& parts) : parts_(parts) {}

  // The time of day, which never goes back in a hub, where the caller knows what the clock says; else 0.
  [[nodiscard]] UnixTime timeOf(UnixTime at, Instant now);
  // The event as it leaves now: with the time in the member that the policy names. `at`: now, where the caller knows it, or 0, which leaves
  // the event as it is. `text` holds its data.
  [[nodiscard]] EventFields stamp(const EventFields& fields, const ChannelPolicy& policy, UnixTime at, Instant now,
                                  std::string& text);
  // Checks an event and encodes it as the next one of the hub; it may have so many bytes. It has no number yet, and is in no log.
  [[nodiscard]] WriteOutcome prepare(const EventFields& fields, std::size_t mostBytes, Instant now, Receipt& receipt);
  // The event that was prepared last gets its number and goes into the channel's log. Nothing else was written meanwhile.
  void append(Channel& channel, const FlowEvent& event, Instant now, Receipt& receipt);
  // The same for one that was accepted before, so that no limit counts any more.
  void appendHeld(Channel& channel, const FlowEvent& event, Instant now);

  // See Hub.
  [[nodiscard]] WriteOutcome send(Subscriber& subscriber, const EventFields& fields, Instant now, Receipt& receipt);
  [[nodiscard]] WriteOutcome comment(Subscriber& subscriber, std::string_view text, Instant now);
  [[nodiscard]] WriteOutcome writeRaw(Subscriber& subscriber, std::string_view bytes, Instant now);
  [[nodiscard]] WriteOutcome greet(Subscriber& subscriber, const EventFields& fields, Instant now);

 private:
  [[nodiscard]] LogEntry number(std::string_view type, Instant now);
  [[nodiscard]] WriteOutcome encodeNext(const EventFields& fields, Receipt& receipt);
  [[nodiscard]] WriteOutcome encode(const EventFields& fields);
  [[nodiscard]] WriteOutcome checkSize(std::size_t mostBytes, Instant now);
  [[nodiscard]] WriteOutcome appendEncoded(Subscriber& subscriber, Instant now);

  [[nodiscard]] EventFields stampNow(const EventFields& fields, const ChannelPolicy& policy, UnixTime at, Instant now,
                                     std::string& text);

  Parts parts_;
  TimeOfDay timeOfDay_;
  std::string encoded_;  // the event being written; kept for its memory
};

}  // namespace millrace
