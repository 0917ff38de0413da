#include "core/hub/publisher.hpp"

#include "core/hub/durable_log.hpp"
#include "core/hub/event_writer.hpp"
#include "core/hub/flow_control.hpp"
#include "core/hub/idempotency_keys.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/sweeper.hpp"

#include <string>

namespace millrace {

WriteOutcome Publisher::publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                Instant now, Receipt& receipt) {
  if (options.idempotencyKey.empty()) {
    return publishNew(key, fields, options, now, receipt);
  }
  if (const Receipt* const earlier = published(key, options.idempotencyKey, now)) {
    receipt = *earlier;
    receipt.isRepeat = true;
    return WriteOutcome::written;
  }
  const WriteOutcome outcome = publishNew(key, fields, options, now, receipt);
  if (outcome == WriteOutcome::written) {
    remember(key, options.idempotencyKey, receipt, now);
  }
  return outcome;
}

// An event that could not be stored, and so was given to nobody, was not published.
const Receipt* Publisher::published(std::string_view channel, std::string_view key, Instant now) {
  const Receipt* const earlier = parts_.keys.find(channel, key, now);
  const bool isRefused = earlier != nullptr && earlier->isDurable && parts_.durable.isHeld(channel) &&
                         parts_.durable.stateOf(earlier->sequence) == StoredState::lost;
  return isRefused ? nullptr : earlier;
}

// The store has the key together with its event. One that waits because of a policy has no number yet, and is lost with the process.
void Publisher::remember(std::string_view channel, std::string_view key, const Receipt& receipt, Instant now) {
  parts_.keys.remember(channel, key, receipt, now);
  if (receipt.isDurable) {
    const std::string name = journalName(JournalKind::idempotencyKeys, channel);
    const std::string entry = encodeKey(key, receipt);
    static_cast<void>(
        parts_.durable.journals().append(name, JournalStep::change, entry, parts_.durable.isHeld(channel), now));
  }
}

WriteOutcome Publisher::publishNew(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                   Instant now, Receipt& receipt) {
  if (fields.isEmpty()) {
    return WriteOutcome::empty;
  }
  Channel* const known = parts_.registry.findChannel(key);
  ChannelClass& group = parts_.registry.classOf(known, key);
  if (fields.data && fields.data->size() > group.policy.maxBytes) {
    return WriteOutcome::dataTooLarge;
  }
  if (isClosed(known, key)) {
    return WriteOutcome::channelClosed;
  }
  WriteOutcome outcome = known != nullptr ? WriteOutcome::written : makeRoom(group, now);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  if (known != nullptr) {
    parts_.flow.release(*known, now);  // else this event would overtake what is due
  }
  std::string stamped;
  const EventFields leaving = parts_.writer.stamp(fields, group.policy, options.at, now, stamped);
  outcome = parts_.writer.prepare(leaving, group.policy.history.bytes, now, receipt);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  if (!options.userId.empty() &&
      group.publishers.take(options.userId, group.policy.publishesPerUser, now) == RateOutcome::exceeds) {
    receipt.retryAfter = group.publishers.wait(options.userId, group.policy.publishesPerUser, now);
    return WriteOutcome::userRateLimited;
  }
  Channel& channel = known != nullptr ? *known : parts_.registry.addChannel(key, now);
  channel.lastUse = now;
  parts_.sweeper.noteUse(now);
  FlowEvent event;
  event.fields = fields;
  event.expires = options.ttl > Millis{0} ? now + options.ttl : kNever;
  event.conflateKey = options.conflateKey;
  event.mergeKey = options.mergeKey;
  event.throttleKey = options.throttleKey;
  event.label = options.label;
  event.at = parts_.writer.timeOf(options.at, now);
  // One that was published before has waited already.
  switch (fields.isImported ? FlowOutcome::passes : parts_.flow.offer(channel, event, now)) {
    case FlowOutcome::passes:
      receipt.state = PublishState::sent;
      parts_.writer.append(channel, event, now, receipt);
      return WriteOutcome::written;
    case FlowOutcome::held:
      receipt.state = PublishState::held;
      ++group.metrics.held;
      break;
    case FlowOutcome::merged:
      receipt.state = PublishState::merged;
      ++group.metrics.merged;
      break;
    case FlowOutcome::refused:
      receipt.retryAfter = FlowControl::waitFor(channel, now);
      return WriteOutcome::rateLimited;
  }
  receipt.id.clear();
  receipt.recipients = 0;
  return WriteOutcome::written;
}

WriteOutcome Publisher::use(std::string_view key, Instant now, Channel*& channel) {
  channel = parts_.registry.findChannel(key);
  if (channel == nullptr) {
    const WriteOutcome room = makeRoom(parts_.registry.classOf(channel, key), now);
    if (room != WriteOutcome::written) {
      return room;
    }
    channel = &parts_.registry.addChannel(key, now);
  }
  channel->lastUse = now;
  parts_.sweeper.noteUse(now);
  return WriteOutcome::written;
}

// Of a channel that is not in memory, the store may know.
bool Publisher::isClosed(const Channel* known, std::string_view key) const {
  const StoredLog* const stored = known == nullptr ? parts_.stored.find(key) : nullptr;
  return known != nullptr ? known->isClosed() : stored != nullptr && stored->endsAfter > 0;
}

// For a channel that is to be made.
WriteOutcome Publisher::makeRoom(const ChannelClass& group, Instant now) {
  switch (parts_.sweeper.roomForChannel(group, now)) {
    case ChannelRoom::hubFull:
      return WriteOutcome::hubFull;
    case ChannelRoom::policyFull:
      return WriteOutcome::policyChannels;
    case ChannelRoom::there:
      break;
  }
  return WriteOutcome::written;
}

}  // namespace millrace
