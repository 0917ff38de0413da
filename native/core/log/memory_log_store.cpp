#include "core/log/memory_log_store.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

MemoryLogStore::Log& MemoryLogStore::logOf(std::string_view channel) {
  auto found = logs_.find(channel);
  if (found == logs_.end()) {
    found = logs_.emplace(std::string(channel), Log{}).first;
    found->second.summary.key = channel;
  }
  return found->second;
}

StoreOutcome MemoryLogStore::append(std::span<const StoreEntry> entries, const StorePosition& position) {
  position_ = position;
  for (const StoreEntry& entry : entries) {
    Log& log = logOf(entry.channel);
    StoredChannel& summary = log.summary;
    if (summary.newest != entry.after) {
      summary.lostThrough = std::max(summary.lostThrough, entry.after);
    }
    summary.oldest = log.events.empty() ? entry.at : summary.oldest;
    summary.newest = entry.sequence;
    ++summary.events;
    summary.bytes += entry.bytes.size();
    log.events.push_back({entry.sequence, entry.after, std::string(entry.bytes), std::string(entry.label),
                          std::string(entry.conflateKey), entry.at, entry.expires});
  }
  return StoreOutcome::done;
}

StorePage MemoryLogStore::read(std::string_view channel, std::uint64_t after, std::size_t bytes) {
  StorePage page;
  page.from = page.through = after;
  const auto found = logs_.find(channel);
  if (found == logs_.end()) {
    return page;
  }
  const std::deque<Event>& events = found->second.events;
  const auto keep = [&page](std::string_view text) -> std::string_view {
    page.buffers.push_back(std::make_unique<char[]>(text.size() + 1));
    text.copy(page.buffers.back().get(), text.size());
    return {page.buffers.back().get(), text.size()};
  };
  std::size_t sum = 0;
  auto next = std::upper_bound(events.begin(), events.end(), after,
                               [](std::uint64_t value, const Event& event) { return value < event.sequence; });
  for (; next != events.end() && (page.events.empty() || sum < bytes); ++next) {
    if (next->after > page.through) {
      if (!page.events.empty()) {
        break;
      }
      page.lostThrough = next->after;
    }
    page.from = page.events.empty() ? next->after : page.from;
    page.events.push_back(
        {next->sequence, keep(next->bytes), keep(next->label), keep(next->conflateKey), next->at, next->expires});
    page.through = next->sequence;
    sum += next->bytes.size();
  }
  page.hasMore = next != events.end();
  if (page.events.empty() && found->second.summary.lostThrough > after) {
    page.lostThrough = page.from = page.through = found->second.summary.lostThrough;
  }
  return page;
}

std::uint64_t MemoryLogStore::beforeLast(std::string_view channel, std::uint64_t events, std::uint64_t through) {
  const auto found = logs_.find(channel);
  if (found == logs_.end()) {
    return 0;
  }
  const std::deque<Event>& all = found->second.events;
  auto at = std::upper_bound(all.begin(), all.end(), through,
                             [](std::uint64_t value, const Event& event) { return value < event.sequence; });
  for (; events > 0 && at != all.begin(); --events) {
    --at;
  }
  return at == all.end() ? through : std::min(at->after, through);
}

StoreOutcome MemoryLogStore::trim(StoreLimits limits, StoredChannel& channel) {
  Log& log = logOf(channel.key);
  StoredChannel& summary = log.summary;
  while (!log.events.empty() &&
         (summary.events > limits.events || summary.bytes > limits.bytes || log.events.front().at < limits.since)) {
    summary.lostThrough = std::max(summary.lostThrough, log.events.front().sequence);
    --summary.events;
    summary.bytes -= log.events.front().bytes.size();
    log.events.pop_front();
    summary.oldest = log.events.empty() ? UnixTime{} : log.events.front().at;
  }
  channel = summary;
  return log.events.empty() && summary.endsAfter == 0 ? forget(channel.key) : StoreOutcome::done;
}

StoreOutcome MemoryLogStore::end(std::string_view channel, std::uint64_t after) {
  logOf(channel).summary.endsAfter = after;
  return StoreOutcome::done;
}

StoreOutcome MemoryLogStore::forget(std::string_view channel) {
  if (const auto found = logs_.find(channel); found != logs_.end()) {
    logs_.erase(found);
  }
  return StoreOutcome::done;
}

std::vector<StoredChannel> MemoryLogStore::channels() const {
  std::vector<StoredChannel> channels;
  channels.reserve(logs_.size());
  for (const auto& [key, log] : logs_) {
    channels.push_back(log.summary);
  }
  return channels;
}

}  // namespace millrace
