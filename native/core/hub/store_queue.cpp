#include "core/hub/store_queue.hpp"

#include "core/hub/channel_events.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

bool StoreQueue::append(Channel& channel, const LogEntry& entry) {
  const Durability durability = channel.policy().durability;
  const bool isHeld = durability == Durability::always || channel.log.isHeld();
  channel.log.append(entry, isHeld ? ChannelLog::Access::held : ChannelLog::Access::open);
  if (durability == Durability::memory && !isHeld) {
    return true;
  }
  const Cursor at{channel.log.end().next - 1};
  Waiting& waiting = waiting_.emplace_back();
  waiting.channel = &channel;
  waiting.sequence = entry.sequence;
  waiting.bytes = channel.log.at(at).bytes;
  waiting.typeHash = entry.typeHash;
  waiting.labelHash = entry.labelHash;
  waiting.isHeld = isHeld;
  channel.log.pin(at, waiting.pin);
  bytes_ += entry.bytes.size();
  ++channel.storing;
  return !isHeld;
}

std::vector<StoreJob> StoreQueue::jobs(std::size_t limit) {
  std::vector<StoreJob> jobs;
  if (given_ > 0) {
    return jobs;
  }
  given_ = std::min(limit, waiting_.size());
  for (std::size_t at = 0; at < given_; ++at) {
    const Waiting& waiting = waiting_[at];
    jobs.push_back(
        {waiting.channel->key, waiting.sequence, waiting.bytes, waiting.typeHash, waiting.labelHash, waiting.pin});
  }
  return jobs;
}

void StoreQueue::finish(StoreOutcome outcome, Instant now) {
  for (; given_ > 0; --given_) {
    const Waiting stored = std::move(waiting_.front());
    waiting_.pop_front();
    Channel& channel = *stored.channel;
    bytes_ -= stored.bytes.size();
    --channel.storing;
    if (!stored.isHeld) {
      continue;
    }
    channel.log.release(outcome == StoreOutcome::done ? ChannelLog::Release::give : ChannelLog::Release::drop);
    channelEvents_.offer(channel, stored.sequence, stored.bytes.size(), now);
  }
}

}  // namespace millrace
