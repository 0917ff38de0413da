#include "core/hub/hub.hpp"

#include "core/hub/admission.hpp"
#include "core/hub/channel_events.hpp"
#include "core/hub/channel_policies.hpp"
#include "core/hub/deadlines.hpp"
#include "core/hub/drain.hpp"
#include "core/hub/endings.hpp"
#include "core/hub/heartbeats.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/lag_judge.hpp"
#include "core/hub/own_events.hpp"
#include "core/hub/publisher.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/store_queue.hpp"
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
  Registry registry{policies};
  Scheduler scheduler{sequence};
  Inbox inbox{scheduler, options};
  OwnEvents ownEvents{scheduler, inbox};
  ChannelEvents channelEvents{scheduler, inbox};
  StoreQueue stores{channelEvents};
  Deadlines deadlines;
  DeflateQueue deflates{registry, sequence};
  Sweeper sweeper{registry, deflates, options};
  Endings endings{sequence, scheduler, deadlines, options};
  LagJudge lagJudge{endings, deadlines, options};
  Heartbeats heartbeats{sequence, scheduler};
  Publisher publisher{
      {sequence, registry, scheduler, inbox, deflates, sweeper, ownEvents, channelEvents, stores, options}};
  Timers timers{{deadlines, heartbeats, lagJudge, endings, publisher}};
  Drain drain{registry, scheduler, deadlines};
  Admission admission{{sequence, registry, scheduler, inbox, deadlines, deflates, sweeper, drain, options}};
  Turns turns{{sequence, registry, scheduler, inbox, deflates, lagJudge, endings}};
};

Hub::Hub(std::uint64_t epoch, const HubOptions& options) : parts_(std::make_unique<Parts>(epoch, options)) {
  configure(options);
}

Hub::~Hub() = default;

void Hub::configure(const HubOptions& options) {
  parts_->options = options;
  parts_->policies.set({options.history, Durability::memory}, options.policies);
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

void Hub::close(SubscriberId id, Instant now) { parts_->admission.close(id, now); }

void Hub::closeAll(OwnerId owner, Instant now) {
  for (const SubscriberId id : parts_->registry.idsOf(owner)) {
    close(id, now);
  }
  parts_->inbox.trim(now);
}

SubscriberView Hub::view(SubscriberId id) const { return {parts_->registry.find(id), parts_->sequence}; }

// --- events

WriteOutcome Hub::publish(std::string_view key, const EventFields& fields, const PublishOptions& options, Instant now,
                          Receipt& receipt) {
  return parts_->publisher.publish(key, fields, options, now, receipt);
}

WriteOutcome Hub::send(SubscriberId id, const EventFields& fields, Instant now, Receipt& receipt) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  return subscriber == nullptr ? WriteOutcome::closed : parts_->publisher.send(*subscriber, fields, now, receipt);
}

WriteOutcome Hub::comment(SubscriberId id, std::string_view text, Instant now) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  return subscriber == nullptr ? WriteOutcome::closed : parts_->publisher.comment(*subscriber, text, now);
}

WriteOutcome Hub::writeRaw(SubscriberId id, std::string_view bytes, Instant now) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  return subscriber == nullptr ? WriteOutcome::closed : parts_->publisher.writeRaw(*subscriber, bytes, now);
}

WriteOutcome Hub::greet(SubscriberId id, const EventFields& fields, Instant now) {
  Subscriber* const subscriber = parts_->registry.findOpen(id);
  const bool isTooLate = subscriber == nullptr || subscriber->hasBeenRead();
  return isTooLate ? WriteOutcome::closed : parts_->publisher.greet(*subscriber, fields, now);
}

// --- reading

Turns& Hub::turns() { return parts_->turns; }

DeflateQueue& Hub::deflates() { return parts_->deflates; }

StoreQueue& Hub::stores() { return parts_->stores; }

// --- time

void Hub::tick(Instant now) {
  parts_->timers.runDue(now);
  parts_->inbox.trim(now);
  parts_->sweeper.runDue(now);
}

Instant Hub::nextDeadline() const { return std::min(parts_->deadlines.next(), parts_->sweeper.next()); }

void Hub::drain(const DrainOptions& options, Instant now) { parts_->drain.begin(options, now); }

std::uint32_t Hub::nextRetry() { return parts_->drain.nextRetry(); }

// --- what is there

HubStats Hub::stats() const {
  return {parts_->registry.connections(), parts_->registry.channels(), parts_->inbox.bytes(), parts_->drain.hasBegun(),
          parts_->admission.takenOver()};
}

std::size_t Hub::connectionCount() const { return parts_->registry.joinedConnections(); }

std::size_t Hub::connectionCount(std::string_view key) const {
  const Channel* const channel = parts_->registry.findChannel(key);
  return channel == nullptr ? 0 : channel->members.connections();
}

std::vector<std::string_view> Hub::keys() const { return parts_->registry.activeKeys(); }

}  // namespace millrace
