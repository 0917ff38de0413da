#include "sim/ledger.hpp"

#include "sim/violation.hpp"

#include <algorithm>
#include <utility>

namespace millrace::sim {

void Ledger::accept(Event event) {
  if (event.sequence <= head_) {
    throw Violation("number", "event " + event.id + " has the number " + std::to_string(event.sequence) +
                                  ", and one before it had " + std::to_string(head_));
  }
  head_ = event.sequence;
  event.epoch = epoch_;
  event.fate = settings_.isDurable(event.channel) ? Fate::waits : Fate::plain;
  Event& kept = all_.emplace_back(std::move(event));
  if (!byId_.emplace(kept.id, &kept).second) {
    throw Violation("number", "the id " + kept.id + " was given twice");
  }
  ChannelBook& book = books_.at(kept.channel);
  book.events.push_back(&kept);
  if (!kept.conflateKey.empty()) {
    book.ofKey[kept.conflateKey].push_back(&kept);
  }
  if (kept.fate == Fate::waits) {
    waiting_.push_back(&kept);
  }
}

void Ledger::noteNumber(std::uint64_t sequence) {
  if (sequence <= head_) {
    throw Violation("number", "the number " + std::to_string(sequence) + " was given twice");
  }
  head_ = sequence;
}

void Ledger::begin(std::uint64_t epoch, std::uint64_t newest) {
  if (epoch != epoch_) {
    for (ChannelBook& book : books_) {
      const bool wasClosed = book.wasClosed;
      book = {};
      book.wasClosed = wasClosed;
    }
    head_ = 0;
  }
  if (newest < head_) {
    throw Violation("number", "the hub goes on behind " + std::to_string(newest) + ", and has given " +
                                  std::to_string(head_) + " before");
  }
  epoch_ = epoch;
  head_ = lifeBegan_ = newest;
  waiting_.clear();
}

void Ledger::settle(const DurableLog& durable) {
  std::deque<Event*> left;
  for (Event* const event : std::exchange(waiting_, {})) {
    switch (durable.stateOf(event->sequence)) {
      case StoredState::waiting:
        left.push_back(event);
        break;
      case StoredState::stored:
        event->fate = Fate::stored;
        event->storedAt = tick_;
        break;
      case StoredState::lost:
        if (event->forgetCall > 0) {
          event->fate = Fate::givenUp;
        } else if (settings_.durability.at(event->channel) == Durability::always) {
          event->fate = Fate::refused;
          event->refusedAt = tick_;
        } else {
          event->fate = Fate::givenUp;

          ChannelBook& book = books_.at(event->channel);
          book.goneThrough = std::max(book.goneThrough, event->sequence);
        }
        break;
    }
  }
  waiting_ = std::move(left);
}

void Ledger::forgetDone(std::size_t channel, std::uint64_t calls) {
  ChannelBook& book = books_.at(channel);
  if (book.end == ChannelEnd::unknown && calls == book.forgetCalls) {
    book.end = ChannelEnd::open;
  }
  for (Event* const event : book.events) {
    if (event->forgetCall > 0 && event->forgetCall <= calls && event->forgottenAt == 0) {
      event->forgottenAt = tick_;
    }
  }
}

const Event* Ledger::find(const std::string& id) const {
  const auto found = byId_.find(id);
  return found == byId_.end() ? nullptr : found->second;
}

bool Ledger::isExcused(const Event& event, Instant now) const {
  const bool isExpired = event.expires <= now || (event.expires != kNever && wasClockSet_);
  return event.fate == Fate::refused || event.fate == Fate::unknown || event.forgetCall > 0 || event.isBack ||
         isExpired || isReplaced(event);
}

// By a newer one of its conflation key, which readers can be given.
bool Ledger::isReplaced(const Event& event) const {
  if (event.conflateKey.empty()) {
    return false;
  }
  const std::vector<Event*>& all = books_.at(event.channel).ofKey.at(event.conflateKey);
  return std::any_of(all.rbegin(), all.rend(), [&](const Event* other) {
    const bool isHeld = other->fate == Fate::waits && settings_.durability.at(event.channel) == Durability::always;
    return other->sequence > event.sequence && other->fate != Fate::refused && !isHeld;
  });
}

// Of a channel in memory, what a limit of the history may have evicted.
std::uint64_t Ledger::goneThrough(std::size_t channel, Instant now) const {
  const ChannelBook& book = books_.at(channel);
  if (isDamaged_) {
    return head_;
  }
  if (settings_.isDurable(channel)) {
    return book.goneThrough;
  }
  const LogLimits& history = settings_.hub.history;
  std::uint64_t first = head_ + 1;
  std::size_t kept = 0;
  for (auto event = book.events.rbegin(); event != book.events.rend() && kept < history.events; ++event, ++kept) {
    if ((*event)->published + history.ttl < now) {
      break;
    }
    first = (*event)->sequence;
  }
  return std::max({first - 1, lifeBegan_, book.goneThrough});
}

}  // namespace millrace::sim
