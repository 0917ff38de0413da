#include "core/hub/store_journals.hpp"

#include "core/hub/sequence.hpp"
#include "core/hub/stored_channels.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace {
namespace {

// So short a journal is not worth being written anew.
constexpr std::size_t kShort = 4096;

// Content is written once, and keys are never a whole.
bool hasWholes(std::string_view name) { return kindOf(name) == JournalKind::document; }

}  // namespace

std::string journalName(JournalKind kind, std::string_view of) {
  std::string name = {'\xFF', static_cast<char>(kind)};
  name += of;
  return name;
}

std::uint64_t StoreJournals::append(std::string_view name, JournalStep step, std::string_view text, bool isHeld,
                                    Instant now) {
  Waiting& waiting = waiting_.emplace_back();
  waiting.name = name;
  waiting.bytes.reserve(1 + text.size());
  waiting.bytes.append(1, static_cast<char>(step)).append(text);
  waiting.sequence = sequence_.advance();
  waiting.at = now;
  waiting.isHeld = isHeld;
  if (hasWholes(name)) {
    JournalSize& size = sizes_.try_emplace(waiting.name).first->second;
    if (step == JournalStep::whole) {
      size.whole = text.size();
      size.changes = 0;
      size.wholeAt = now;
    } else {
      size.changes += text.size();
    }
  }
  return waiting.sequence;
}

bool StoreJournals::isWholeDue(std::string_view name, Millis oldest, Instant now) const {
  const auto found = sizes_.find(name);
  if (found == sizes_.end()) {
    return true;
  }
  const JournalSize& size = found->second;
  return size.changes > std::max(size.whole, kShort) || now - size.wholeAt > oldest;
}

std::vector<StoreJob> StoreJournals::jobs(std::uint64_t before) {
  std::vector<StoreJob> jobs;
  if (given_ > 0) {
    return jobs;
  }
  TextMap<std::uint64_t> newest;
  for (; given_ < waiting_.size() && waiting_[given_].sequence < before; ++given_) {
    const Waiting& waiting = waiting_[given_];
    const StoredLog* const stored = stored_.find(waiting.name);
    std::uint64_t& after = newest.try_emplace(waiting.name, stored == nullptr ? 0 : stored->newest).first->second;
    jobs.push_back({waiting.name, waiting.sequence, after, waiting.bytes, {}, {}, waiting.at});
    after = waiting.sequence;
  }
  return jobs;
}

void StoreJournals::finish(StoreOutcome outcome, const std::function<void(const Settled&)>& settle) {
  std::deque<Waiting> given;
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(given_, 0));
  std::move(waiting_.begin(), end, std::back_inserter(given));
  waiting_.erase(waiting_.begin(), end);
  std::deque<Waiting> again;
  for (Waiting& entry : given) {
    if (entry.isForgotten) {
      continue;
    }
    const bool isStored = outcome == StoreOutcome::done;
    if (!isStored && !entry.isHeld) {
      again.push_back(std::move(entry));
      continue;
    }
    if (isStored) {
      noteStored(entry);
    } else {
      sizes_.erase(entry.name);  // perhaps it was the whole that is missing now
    }
    settle({entry.name, entry.sequence, entry.isHeld, isStored});
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(again.begin()), std::make_move_iterator(again.end()));
}

void StoreJournals::noteStored(const Waiting& entry) {
  StoredLog& log = stored_.at(entry.name);
  log.newest = entry.sequence;
  log.oldest = log.events == 0 ? entry.at : log.oldest;
  ++log.events;
  log.bytes += entry.bytes.size();
  if (const auto size = sizes_.find(entry.name); size != sizes_.end()) {
    size->second.entries = isWhole(entry.bytes) ? 1 : size->second.entries + 1;
  }
}

bool StoreJournals::isBlank(std::string_view name) const {
  const auto found = sizes_.find(name);
  return found != sizes_.end() && found->second.whole == 0 && found->second.changes == 0;
}

std::size_t StoreJournals::needed(std::string_view name) const {
  const auto found = sizes_.find(name);
  return found == sizes_.end() || found->second.entries == 0 ? SIZE_MAX : found->second.entries;
}

// Of those that were not given to the store.
template <typename IsSuperfluous>
void StoreJournals::eraseWaiting(IsSuperfluous&& isSuperfluous) {
  const auto first = waiting_.begin() + static_cast<std::ptrdiff_t>(given_);
  waiting_.erase(std::remove_if(first, waiting_.end(), isSuperfluous), waiting_.end());
}

bool StoreJournals::forget(std::string_view name) {
  noteGone(name);
  bool isGiven = false;
  for (std::size_t at = 0; at < given_; ++at) {
    isGiven = isGiven || waiting_[at].name == name;
    waiting_[at].isForgotten = waiting_[at].isForgotten || waiting_[at].name == name;
  }
  eraseWaiting([name](const Waiting& entry) { return entry.name == name; });
  return isGiven;
}

void StoreJournals::noteGone(std::string_view name) {
  if (const auto found = sizes_.find(name); found != sizes_.end()) {
    sizes_.erase(found);
  }
}

void StoreJournals::compact() {
  TextMap<std::uint64_t> wholes;
  for (const Waiting& entry : waiting_) {
    if (isWhole(entry.bytes) && hasWholes(entry.name)) {
      wholes.insert_or_assign(entry.name, entry.sequence);
    }
  }
  eraseWaiting([&wholes](const Waiting& entry) {
    const auto whole = wholes.find(entry.name);
    return !entry.isHeld && whole != wholes.end() && entry.sequence < whole->second;
  });
}

}  // namespace millrace
