// What a durable log does about journals, and how much of anything its store keeps.
#include "core/hub/channel_policies.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/stored_channels.hpp"

#include <algorithm>
#include <limits>

namespace millrace {
namespace {

// Of idempotency keys: as many as one channel's are remembered. Content has one entry.
constexpr std::uint64_t kMostKeys = 100000;

}  // namespace

// A change of a state that was held back: readers are given it now, or it never was.
void DurableLog::noteSettled(const StoreJournals::Settled& entry) {
  if (!isInUse(entry.name)) {
    return;
  }
  ChannelState& state = *parts_.registry.findChannel(aboutOf(entry.name))->state;
  state.unstored = state.unstored == entry.sequence ? 0 : state.unstored;
  if (entry.isHeld) {
    state.source->settle(entry.sequence, entry.isStored);
    state.through = entry.isStored ? entry.sequence : state.through;
  }
  if (entry.isHeld && !entry.isStored) {  // what waits behind it may have been made of it
    state.unstored = parts_.journals.append(entry.name, JournalStep::whole, state.source->whole(), false, now_);
  }
}

void DurableLog::trimJournalIfNeeded(std::string_view name, StoredLog& log, Instant now) {
  const bool isOld = log.isOlderThan(keptFor(name), now);
  if (exceeds(log.events, entriesOf(name)) || (isOld && !isInUse(name))) {
    log.isTrimming = true;
    trims_.emplace_back(name);
  } else if (isOld && parts_.journals.isWholeDue(name, keptFor(name) / 2, now)) {
    const StateSource& state = *parts_.registry.findChannel(aboutOf(name))->state->source;
    static_cast<void>(parts_.journals.append(name, JournalStep::whole, state.whole(), false, now));
  }
}

// It is of a document that memory has.
bool DurableLog::isInUse(std::string_view journal) const {
  const Channel* const channel =
      kindOf(journal) == JournalKind::document ? parts_.registry.findChannel(aboutOf(journal)) : nullptr;
  return channel != nullptr && channel->state != nullptr;
}

// How many are needed.
std::uint64_t DurableLog::entriesOf(std::string_view journal) const {
  return kindOf(journal) == JournalKind::document ? parts_.journals.needed(journal) : kMostKeys;
}

// A whole is written anew when it is half as old as a document may become, so that what is older than this has not changed for long
// enough.
Millis DurableLog::keptFor(std::string_view journal) const {
  switch (kindOf(journal)) {
    case JournalKind::document: {
      const Millis ttl = parts_.policies.of(aboutOf(journal)).policy.stored.ttl;
      return ttl + ttl / 2;
    }
    case JournalKind::idempotencyKeys:
      return parts_.options.idempotency.ttl;
    case JournalKind::content:
      break;
  }
  Millis longest{0};
  parts_.policies.forEach(
      [&longest](const ChannelClass& group) { longest = std::max(longest, group.policy.stored.ttl); });
  return longest;
}

StoreLimits DurableLog::limitsOf(std::string_view key) const {
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  if (!isJournal(key)) {
    const LogLimits& limits = parts_.policies.of(key).policy.stored;
    return {limits.events, limits.bytes, clock_.timeOf(now_ - limits.ttl)};
  }
  if (kindOf(key) != JournalKind::document) {
    return {entriesOf(key), kAny, clock_.timeOf(now_ - keptFor(key))};
  }
  const StoredLog* const log = parts_.stored.find(key);
  const bool isOld = log != nullptr && log->isOlderThan(keptFor(key), now_);
  const bool isOver = isOld && !isInUse(key) && !exceeds(log->events, entriesOf(key));
  return {isOver ? 0 : entriesOf(key), kAny, {}};
}

std::uint64_t DurableLog::keepContent(std::string_view name, std::string_view bytes, Instant now) {
  const std::string journal = journalName(JournalKind::content, name);
  const StoredLog* const log = parts_.stored.find(journal);
  if (log != nullptr && log->events > 0 && now < log->oldest + keptFor(journal) / 2) {
    return 0;
  }
  return parts_.journals.append(journal, JournalStep::whole, bytes, false, now);
}

}  // namespace millrace
