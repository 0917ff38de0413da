#pragma once

#include "core/base/instant.hpp"
#include "core/hub/census.hpp"
#include "core/hub/channel_states.hpp"
#include "core/hub/close_reason.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/hub_access.hpp"
#include "core/hub/hub_metrics.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/hub/subscriber_view.hpp"
#include "core/hub/turns.hpp"
#include "core/wire/event.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace millrace {

// The server's brain: channels, subscribers and the one sequence over them all, as a state machine. Commands and the time in;
// what to do comes out through turns() and nextDeadline(). No socket, no clock. Each of its parts is a class of its own in this
// folder, with its own state; the hub only calls them. docs/architecture.md shows them.
//
// Not thread-safe: io/engine guards it. The bytes that Turns::read() gives may be used without the guard.
class Hub {
 public:
  Hub(std::uint64_t epoch, const HubOptions& options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  Hub(Hub&&) = delete;
  Hub& operator=(Hub&&) = delete;

  void configure(const HubOptions& options);
  [[nodiscard]] const HubOptions& options() const;

  // --- subscribers

  // `id` must be new. The subscriber's first bytes set the client's cursor, so that it resumes even if cut before an event.
  [[nodiscard]] OpenOutcome open(SubscriberId id, OwnerId owner, const OpenOptions& options, Instant now);
  // Joins one channel, from the client's cursor; after the first read from the hub's head.
  [[nodiscard]] JoinOutcome join(SubscriberId id, std::string_view key, const JoinOptions& options, Instant now);
  // Says whether it was there.
  bool leave(SubscriberId id, std::string_view key, Instant now);
  // Another owner reads it from now on, by `socket`, if it writes to one itself: then it counts as taken over. The owner is told
  // to close it if it is ending already. None when it is not there. What it returns lives until that owner closes it.
  [[nodiscard]] Subscriber* assign(SubscriberId id, OwnerId owner, void* socket, Instant now);
  // Tells its owner to close it once it has taken what there is now, and the client why, where the end is intended: `said` is
  // the application's own reason. False when it is not there or already ending.
  bool end(SubscriberId id, CloseReason reason, Instant now, std::string_view said = {});
  [[nodiscard]] HubAccess& access();
  // Only by its owner: what was read of it may be on its way. `reason`: of one that was not told to end.
  void close(SubscriberId id, Instant now, CloseReason reason = CloseReason::disconnected);
  void closeAll(OwnerId owner, Instant now);
  [[nodiscard]] SubscriberView view(SubscriberId id) const;

  // --- events

  [[nodiscard]] WriteOutcome publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                     Instant now, Receipt& receipt);
  // What waits in this channel, or in all, because of a policy, leaves now.
  void flush(std::optional<std::string_view> key, Instant now);
  // To one subscriber only.
  [[nodiscard]] WriteOutcome send(SubscriberId id, const EventFields& fields, Instant now, Receipt& receipt);
  [[nodiscard]] WriteOutcome comment(SubscriberId id, std::string_view text, Instant now);
  // Bytes of the application's own, to one subscriber, as they are; whether they make a whole event is its affair.
  [[nodiscard]] WriteOutcome writeRaw(SubscriberId id, std::string_view bytes, Instant now);
  // To one subscriber before everything else, for the state that the events then change. It has no id, so no client takes it
  // for a repeat. The cursor line and what was published since follow it. Only before the first read.
  [[nodiscard]] WriteOutcome greet(SubscriberId id, const EventFields& fields, Instant now);

  // --- reading

  [[nodiscard]] Turns& turns();
  // What is stored, and what is read of it.
  [[nodiscard]] DurableLog& durable();

  // --- what the events lead to

  [[nodiscard]] ChannelStates& states();

  // --- time

  // Does what is due: heartbeats, maximum durations, events that waited, clean-up.
  void tick(Instant now);
  [[nodiscard]] Instant nextDeadline() const;
  // From now on no subscriber is opened, and no event waits; those that are there are told when to come back, and ended in waves.
  void drain(const DrainOptions& options, Instant now);

  // --- what is there

  [[nodiscard]] const Census& census() const;
  // What was counted so far.
  [[nodiscard]] HubMetrics& metrics();

 private:
  struct Parts;

  const std::unique_ptr<Parts> parts_;
};

}  // namespace millrace
