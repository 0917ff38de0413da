#include "core/hub/hub.hpp"

#include "core/hub/admission.hpp"
#include "core/hub/channel_ends.hpp"
#include "core/hub/channel_events.hpp"
#include "core/hub/channel_policies.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/drain.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/endings.hpp"
#include "core/hub/event_writer.hpp"
#include "core/hub/flow_control.hpp"
#include "core/hub/heartbeats.hpp"
#include "core/hub/idempotency_keys.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/lag_judge.hpp"
#include "core/hub/own_events.hpp"
#include "core/hub/publisher.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/store_queue.hpp"
#include "core/hub/stored_channels.hpp"
#include "core/hub/stored_reads.hpp"
#include "core/hub/sweeper.hpp"
#include "core/hub/timers.hpp"

#include <algorithm>

namespace millrace {

// Each part knows only those above it.
struct Hub::Parts {
  Parts(std::uint64_t epoch, const HubOptions& hubOptions) : options(hubOptions), sequence(epoch) {}

  HubOptions options;
  Sequence sequence;
  ChannelPolicies policies;
  StoredChannels storedChannels;
  Registry registry{policies, storedChannels};
  Scheduler scheduler{sequence};
  Inbox inbox{scheduler, options};
  OwnEvents ownEvents{scheduler, inbox};
  ChannelEvents channelEvents{scheduler, inbox};
  StoreQueue stores{channelEvents, storedChannels};
  StoredReads storedReads{registry, scheduler, options};
  StoreJournals journals{sequence, storedChannels};
  IdempotencyKeys keys{options};
  DurableLog durable{{sequence, policies, registry, storedChannels, stores, journals, keys, storedReads, options}};
  Deadlines deadlines;
  DeflateQueue deflates{registry, sequence};
  Sweeper sweeper{registry, deflates, options};
  Endings endings{sequence, scheduler, deadlines, options};
  LagJudge lagJudge{endings, deadlines, options};
  Heartbeats heartbeats{sequence, scheduler, deadlines, endings};
  EventWriter writer{{sequence, scheduler, inbox, deflates, ownEvents, channelEvents, stores, options}};
  FlowControl flow{{registry, inbox, writer}};
  Publisher publisher{{registry, storedChannels, sweeper, writer, flow, durable, keys}};
  ChannelEnds ends{{publisher, flow, scheduler, sequence, durable}};
  ColdChannels cold{registry, publisher, storedChannels};
  ChannelStates states{{registry, publisher, ends, sequence, storedChannels, durable, cold}};
  Timers timers{{deadlines, heartbeats, lagJudge, endings, writer}};
  Drain drain{registry, scheduler, deadlines};
  FactTable facts;
  Revocations revocations{{registry, scheduler, endings, facts}};
  Admission admission{
      {sequence, registry, scheduler, inbox, deadlines, deflates, sweeper, drain, revocations, facts, options}};
  HubAccess access{{registry, sequence, admission, revocations, facts, drain}};
  Census census{{policies, registry, inbox, flow, drain, admission, options}};
  HubMetrics metrics{policies, registry, inbox};
  Turns turns{{sequence, registry, scheduler, inbox, deflates, storedReads, lagJudge, endings, heartbeats}};
};

Hub::Hub(std::uint64_t epoch, const HubOptions& options) : parts_(std::make_unique<Parts>(epoch, options)) {
  configure(options);
}

Hub::~Hub() = default;

void Hub::configure(const HubOptions& options) {
  parts_->options = options;
  // What it gives back lives until its channels are in other classes.
  const auto retired = parts_->policies.set(options.rest(), options.rules());
  parts_->registry.reclassify();
  parts_->flow.rulesChanged();
}

const HubOptions& Hub::options() const { return parts_->options; }

// --- subscribers

OpenOutcome Hub::open(SubscriberId id, OwnerId owner, const OpenOptions& options, Instant now) {
  return parts_->admission.open(id, owner, options, now);
}

JoinOutcome Hub::join(SubscriberId id, std::string_view key, const JoinOptions& options, Instant now) {
  return parts_->admission.join(id, key, options, now);
}

bool Hub::leave(SubscriberId id, std::string_view key, Instant now) { return parts_->admission.leave(id, key, now); }

Subscriber* Hub::assign(SubscriberId id, OwnerId owner, void* socket, Instant now) {
  return parts_->admission.assign(id, owner, socket, now);
}

bool Hub::end(SubscriberId id, CloseReason reason, Instant now, std::string_view said) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  if (subscriber != nullptr) {
    parts_->endings.begin(*subscriber, reason, now, said);
  }
  return subscriber != nullptr;
}

HubAccess& Hub::access() { return parts_->access; }

void Hub::close(SubscriberId id, Instant now, CloseReason reason) { parts_->admission.close(id, now, reason); }

void Hub::closeAll(OwnerId owner, Instant now) {
  for (const SubscriberId id : parts_->registry.idsOf(owner)) {
    close(id, now, CloseReason::closed);
  }
  parts_->inbox.trim(now);
}

SubscriberView Hub::view(SubscriberId id) const { return {parts_->registry.find(id), parts_->sequence}; }

// --- events

WriteOutcome Hub::publish(std::string_view key, const EventFields& fields, const PublishOptions& options, Instant now,
                          Receipt& receipt) {
  return parts_->publisher.publish(key, fields, options, now, receipt);
}

void Hub::flush(std::optional<std::string_view> key, Instant now) {
  if (!key) {
    parts_->flow.flushAll(now);
  } else if (Channel* const channel = parts_->registry.findChannel(*key)) {
    parts_->flow.flush(*channel, now);
  }
}

WriteOutcome Hub::send(SubscriberId id, const EventFields& fields, Instant now, Receipt& receipt) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  return subscriber == nullptr ? WriteOutcome::closed : parts_->writer.send(*subscriber, fields, now, receipt);
}

WriteOutcome Hub::comment(SubscriberId id, std::string_view text, Instant now) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  return subscriber == nullptr ? WriteOutcome::closed : parts_->writer.comment(*subscriber, text, now);
}

WriteOutcome Hub::writeRaw(SubscriberId id, std::string_view bytes, Instant now) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  return subscriber == nullptr ? WriteOutcome::closed : parts_->writer.writeRaw(*subscriber, bytes, now);
}

WriteOutcome Hub::greet(SubscriberId id, const EventFields& fields, Instant now) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  const bool isTooLate = subscriber == nullptr || subscriber->hasBeenRead();
  return isTooLate ? WriteOutcome::closed : parts_->writer.greet(*subscriber, fields, now);
}

// --- reading

Turns& Hub::turns() { return parts_->turns; }

DurableLog& Hub::durable() { return parts_->durable; }

ChannelStates& Hub::states() { return parts_->states; }

// --- time

void Hub::tick(Instant now) {
  parts_->flow.runDue(now);
  parts_->timers.runDue(now);
  parts_->inbox.trim(now);
  if (parts_->sweeper.runDue(now)) {
    parts_->durable.sweep(now);
  }
  parts_->storedReads.runDue(now);
}

Instant Hub::nextDeadline() const {
  return std::min({parts_->deadlines.next(), parts_->sweeper.next(), parts_->flow.next(), parts_->storedReads.next()});
}

void Hub::drain(const DrainOptions& options, Instant now) {
  parts_->flow.stop(now);
  parts_->drain.begin(options, now);
}

// --- what is there

const Census& Hub::census() const { return parts_->census; }

HubMetrics& Hub::metrics() { return parts_->metrics; }

}  // namespace millrace
