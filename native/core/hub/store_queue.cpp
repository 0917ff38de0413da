#include "core/hub/store_queue.hpp"

#include "core/hub/channel_events.hpp"
#include "core/hub/stored_channels.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace millrace {

bool StoreQueue::append(Channel& channel, const LogEntry& entry, const StoreTexts& texts) {
  const Durability durability = channel.policy().durability;
  const bool isHeld = durability == Durability::always || channel.log.isHeld();
  channel.log.append(entry, isHeld ? ChannelLog::Access::held : ChannelLog::Access::open);
  if (durability == Durability::memory && channel.storing == 0) {
    channel.newestEvent = entry.sequence;
    return true;
  }
  const Cursor at{channel.log.end().next - 1};
  Waiting& waiting = waiting_.emplace_back();
  waiting.channel = &channel;
  waiting.sequence = entry.sequence;
  waiting.bytes = channel.log.at(at).bytes;
  waiting.label = texts.label;
  waiting.conflateKey = texts.conflateKey;
  waiting.at = entry.at;
  waiting.expires = entry.expires;
  waiting.fate = isHeld ? Fate::isHeld : Fate::waits;
  waiting.pin = channel.log.segmentOf(at);
  bytes_ += entry.bytes.size();
  held_ += isHeld ? 1 : 0;
  newestAhead_ = isHeld ? newestAhead_ : entry.sequence;
  ++channel.storing;
  return !isHeld;
}

std::vector<StoreJob> StoreQueue::jobs(std::size_t limit) {
  std::vector<StoreJob> jobs;
  if (given_ > 0) {
    return jobs;
  }
  given_ = std::min(limit, waiting_.size());
  jobs.reserve(given_);
  std::unordered_map<const Channel*, std::uint64_t> newest;
  for (std::size_t at = 0; at < given_; ++at) {
    const Waiting& waiting = waiting_[at];
    std::uint64_t& after = newest.try_emplace(waiting.channel, waiting.channel->newestEvent).first->second;
    jobs.push_back({waiting.channel->key, waiting.sequence, after, waiting.bytes, waiting.label, waiting.conflateKey,
                    waiting.at, waiting.expires});
    after = waiting.sequence;
  }
  return jobs;
}

void StoreQueue::finish(StoreOutcome outcome, Instant now) {
  std::deque<Waiting> given;
  std::move(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(given_), std::back_inserter(given));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(given_, 0)));
  std::deque<Waiting> again;
  for (Waiting& one : given) {
    if (outcome == StoreOutcome::failed && one.fate == Fate::waits) {
      again.push_back(std::move(one));
      continue;
    }
    leave(one);
    if (one.fate == Fate::forgotten) {
      continue;
    }
    outcome == StoreOutcome::done ? noteStored(one) : noteLost(one.sequence);
    if (one.fate == Fate::isHeld) {
      Channel& channel = *one.channel;
      channel.hasDropped = channel.hasDropped || outcome == StoreOutcome::failed;
      channel.log.release(outcome == StoreOutcome::done ? ChannelLog::Release::give : ChannelLog::Release::drop);
      channelEvents_.offer(channel, one.sequence, one.bytes.size(), now);
    }
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(again.begin()), std::make_move_iterator(again.end()));
}

void StoreQueue::leave(const Waiting& waiting) {
  bytes_ -= waiting.bytes.size();
  held_ -= waiting.fate == Fate::isHeld ? 1 : 0;
  --waiting.channel->storing;
}

void StoreQueue::noteStored(const Waiting& stored) {
  Channel& channel = *stored.channel;
  StoredLog& log = channel.stored != nullptr ? *channel.stored : stored_.at(channel.key);
  channel.stored = &log;
  if (log.newest != channel.newestEvent) {
    log.lostThrough = std::max(log.lostThrough, channel.newestEvent);
  }
  channel.newestEvent = log.newest = stored.sequence;
  log.oldest = log.events == 0 ? stored.at : log.oldest;
  ++log.events;
  log.bytes += stored.bytes.size();
}

void StoreQueue::noteLost(std::uint64_t sequence) {
  constexpr std::size_t kMostRanges = 1000;
  std::uint64_t first = sequence;
  if (const auto before = lost_.find(sequence - 1); before != lost_.end()) {
    first = before->second;
    lost_.erase(before);
  }
  lost_.emplace(sequence, first);
  if (lost_.size() > kMostRanges) {
    lostBefore_ = lost_.begin()->first;
    lost_.erase(lost_.begin());
  }
}

StoredState StoreQueue::stateOf(std::uint64_t sequence) const {
  const auto range = lost_.lower_bound(sequence);
  if ((sequence > 0 && sequence <= lostBefore_) || (range != lost_.end() && range->second <= sequence)) {
    return StoredState::lost;
  }
  return sequence >= oldest() ? StoredState::waiting : StoredState::stored;
}

void StoreQueue::giveUp(std::size_t bytes) {
  std::size_t kept = 0;
  for (std::size_t at = given_; at < waiting_.size(); ++at) {
    Waiting& waiting = waiting_[at];
    if (waiting.fate == Fate::isHeld || bytes_ <= bytes) {
      std::swap(waiting_[given_ + kept++], waiting);
      continue;
    }
    leave(waiting);
    noteLost(waiting.sequence);
    if (Channel& channel = *waiting.channel; waiting.fate != Fate::forgotten) {
      channel.newestEvent = waiting.sequence;
    }
  }
  waiting_.resize(given_ + kept);
}

void StoreQueue::forget(Channel& channel, Instant now) {
  for (Waiting& waiting : waiting_) {
    if (waiting.channel != &channel || waiting.fate == Fate::forgotten) {
      continue;
    }
    if (waiting.fate == Fate::isHeld) {
      --held_;
      channel.hasDropped = true;
      channel.log.release(ChannelLog::Release::drop);
      channelEvents_.offer(channel, waiting.sequence, waiting.bytes.size(), now);
    }
    waiting.fate = Fate::forgotten;
  }
  // What was not given yet leaves at once; the rest, once the store has answered.
  std::size_t kept = given_;
  for (std::size_t at = given_; at < waiting_.size(); ++at) {
    if (waiting_[at].fate == Fate::forgotten) {
      leave(waiting_[at]);
      noteLost(waiting_[at].sequence);
    } else {
      std::swap(waiting_[kept++], waiting_[at]);
    }
  }
  waiting_.resize(kept);
}

}  // namespace millrace
