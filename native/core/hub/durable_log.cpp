#include "core/hub/durable_log.hpp"

#include "core/hub/channel_policies.hpp"
#include "core/hub/idempotency_keys.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/stored_channels.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

void DurableLog::open(const StoreStart& start) {
  isOpen_ = true;
  clock_ = start.clock;
  lostThrough_ = start.lostThrough;
  beganBehind_ = start.newest;
  parts_.sequence.resume(start.epoch, start.newest);
  reservedThrough_ = position().reservedThrough;
  parts_.stored.noteForgotten(start.newest);
  for (const StoredChannel& channel : start.channels) {
    if (channel.events > 0 || channel.endsAfter > 0) {
      noteOpened(channel, isJournal(channel.key) ? 0 : start.lostThrough);
    }  // else it is as if it had never been, but for what clients of it lack, which is noted of all channels
  }
}

void DurableLog::noteOpened(const StoredChannel& channel, std::uint64_t lostThrough) {
  if (isJournal(channel.key) && kindOf(channel.key) == JournalKind::idempotencyKeys) {
    parts_.keys.noteStored(aboutOf(channel.key));
  }
  noteTrimmed(channel);
  StoredLog& log = parts_.stored.at(channel.key);
  log.newest = std::max(channel.newest, lostThrough);
  log.lostThrough = std::max(channel.lostThrough, lostThrough);
}

std::uint64_t DurableLog::newest() const { return parts_.sequence.newest(); }

bool DurableLog::hasStored(std::string_view channel) const {
  const StoredLog* const log = parts_.stored.find(channel);
  return log != nullptr && log->events > 0;
}

bool DurableLog::isHeld(std::string_view channel) const {
  const Channel* const known = parts_.registry.findChannel(channel);
  return isOpen_ && parts_.registry.classOf(known, channel).policy.durability == Durability::always;
}

bool DurableLog::isUnused() const {
  return parts_.sequence.newest() == 0 && parts_.registry.channels() == 0 && parts_.registry.ids().empty();
}

StorePosition DurableLog::position() const {
  StorePosition position;
  position.epoch = parts_.sequence.epoch();
  position.newest = parts_.sequence.newest();
  position.reservedThrough = position.newest + kReserved;
  position.lostThrough = lostThrough_;
  parts_.policies.forEach([&position](const ChannelClass& group) {
    position.mayBeBehind = position.mayBeBehind || group.policy.durability == Durability::batch;
  });
  return position;
}

bool DurableLog::hasWork() const {
  return isOpen_ && !isWorking_ &&
         (!parts_.queue.isEmpty() || !parts_.journals.isEmpty() || !forgets_.empty() || !ends_.empty() ||
          !trims_.empty() || reservedThrough_ < parts_.sequence.newest() + kReserved / 2);
}

StoreWork DurableLog::work(std::size_t limit) {
  StoreWork work;
  work.position = position();
  if (!hasWork()) {
    return work;
  }
  isWorking_ = true;
  work.forgets = std::exchange(forgets_, {});
  for (const std::string& key : std::exchange(ends_, {})) {
    const Channel* const channel = parts_.registry.findChannel(key);
    const StoredLog* const stored = parts_.stored.find(key);
    if (channel != nullptr && channel->storing > 0) {
      ends_.push_back(key);  // its events go first
    } else if (stored != nullptr) {
      work.ends.emplace_back(key, stored->endsAfter);
    }
  }
  working_ = work.forgets.size() + work.ends.size();
  for (const std::string& key : std::exchange(trims_, {})) {
    StoreTrim& trim = work.trims.emplace_back();
    trim.limits = limitsOf(key);
    trim.channel.key = key;
  }
  work.entries = parts_.queue.jobs(limit);
  work.journals = parts_.journals.jobs(parts_.queue.firstNotGiven());
  return work;
}

void DurableLog::finish(const StoreWork& work, StoreOutcome outcome, Instant now) {
  isWorking_ = false;
  isFailing_ = outcome == StoreOutcome::failed;
  working_ = 0;
  now_ = now;
  const auto settle = [this](const StoreJournals::Settled& entry) { noteSettled(entry); };
  if (isFailing_) {
    parts_.journals.finish(outcome, settle);
    parts_.queue.finish(outcome, now);
    takeBack(work);
    return;
  }
  for (const StoreTrim& trim : work.trims) {
    const StoredLog* const log = parts_.stored.find(trim.channel.key);
    if (log != nullptr && log->isTrimming) {  // else it was forgotten meanwhile
      noteTrimmed(trim.channel);              // as it was before the entries came
    }
  }
  std::vector<std::string> written;  // the jobs are gone with the next line
  for (const auto* const jobs : {&work.entries, &work.journals}) {
    for (const StoreJob& job : *jobs) {
      if (written.empty() || job.channel != written.back()) {
        written.emplace_back(job.channel);
      }
    }
  }
  parts_.journals.finish(outcome, settle);
  parts_.queue.finish(outcome, now);
  reservedThrough_ = work.position.reservedThrough;
  for (const std::string& key : written) {
    trimIfNeeded(key, now);
  }
}

// What was not done is to be done again; logs that are still too long are noticed again.
void DurableLog::takeBack(const StoreWork& work) {
  forgets_.insert(forgets_.begin(), work.forgets.begin(), work.forgets.end());
  for (const auto& [key, after] : work.ends) {
    ends_.push_back(key);
  }
  for (const StoreTrim& trim : work.trims) {
    if (StoredLog* const log = parts_.stored.find(trim.channel.key)) {
      log->isTrimming = false;
    }
  }
}

void DurableLog::noteTrimmed(const StoredChannel& channel) {
  StoredLog& log = parts_.stored.at(channel.key);
  log.lostThrough = std::max(log.lostThrough, channel.lostThrough);
  log.newest = std::max(log.newest, channel.newest);
  log.events = channel.events;
  log.bytes = channel.bytes;
  log.oldest = channel.events == 0 ? kNever : clock_.instantOf(channel.oldest);
  log.endsAfter = std::max(log.endsAfter, channel.endsAfter);
  log.isTrimming = false;
  if (log.events == 0 && log.endsAfter == 0 && parts_.registry.findChannel(channel.key) == nullptr) {
    parts_.stored.noteForgotten(log.newest);
    parts_.stored.remove(channel.key);
    parts_.journals.noteGone(channel.key);
  }
}

void DurableLog::trimIfNeeded(std::string_view key, Instant now) {
  StoredLog* const log = parts_.stored.find(key);
  if (log == nullptr || log->isTrimming) {
    return;
  }
  if (isJournal(key)) {
    trimJournalIfNeeded(key, *log, now);
    return;
  }
  const LogLimits& limits = parts_.policies.of(key).policy.stored;
  const bool isOld = log->isOlderThan(limits.ttl, now);
  if (exceeds(log->events, limits.events) || exceeds(log->bytes, limits.bytes) || isOld) {
    log->isTrimming = true;
    trims_.emplace_back(key);
  }
}

StoredState DurableLog::stateOf(std::uint64_t sequence) const {
  const StoredState state = parts_.queue.stateOf(sequence);
  const bool isWaiting = state == StoredState::stored && sequence >= parts_.journals.oldest();
  return isWaiting ? StoredState::waiting : state;
}

void DurableLog::sweep(Instant now) {
  now_ = now;
  parts_.stored.forEach([&](const std::string& key, StoredLog&) { trimIfNeeded(key, now); });
}

void DurableLog::giveUpIfFull() {
  const std::size_t most = parts_.options.inboxBytes / 2;
  if (parts_.queue.bytes() > most) {
    parts_.queue.giveUp(most);
  }
  parts_.journals.compact();
}

void DurableLog::end(Channel& channel) {
  if (!isOpen_ || channel.policy().durability == Durability::memory) {
    return;
  }
  channel.stored = channel.stored != nullptr ? channel.stored : &parts_.stored.at(channel.key);
  channel.stored->endsAfter = channel.endsAfter;
  ends_.push_back(channel.key);
}

void DurableLog::forget(std::string_view key, Instant now) {
  if (Channel* const channel = parts_.registry.findChannel(key)) {
    parts_.queue.forget(*channel, now);
    channel->evictBefore(channel->log.end(), now);
    channel->stored = nullptr;
    channel->endsAfter = 0;
  }
  forgetStored(key, now);
  parts_.keys.forget(key);
  for (const JournalKind kind : {JournalKind::document, JournalKind::idempotencyKeys}) {
    const std::string name = journalName(kind, key);
    const bool isBeingStored = parts_.journals.forget(name);
    if (isBeingStored || parts_.stored.find(name) != nullptr) {
      forgetStored(name, now);
    }
  }
}

void DurableLog::forgetStored(std::string_view key, Instant now) {
  parts_.stored.remove(key);
  parts_.reads.forget(key, now);
  if (isOpen_) {
    forgets_.emplace_back(key);
  }
}

}  // namespace millrace
