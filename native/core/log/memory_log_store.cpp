#include "core/log/memory_log_store.hpp"

#include <algorithm>

namespace millrace {

StoreOutcome MemoryLogStore::append(std::span<const StoreEntry> entries) {
  for (const StoreEntry& entry : entries) {
    auto found = channels_.find(entry.channel);
    if (found == channels_.end()) {
      found = channels_.emplace(std::string(entry.channel), std::deque<StoredEvent>{}).first;
    }
    found->second.push_back({entry.sequence, std::string(entry.bytes), entry.typeHash, entry.labelHash});
  }
  return StoreOutcome::done;
}

StorePage MemoryLogStore::read(std::string_view channel, std::uint64_t after, std::size_t bytes) {
  StorePage page;
  const auto found = channels_.find(channel);
  if (found == channels_.end()) {
    return page;
  }
  const std::deque<StoredEvent>& events = found->second;
  std::size_t sum = 0;
  auto next = std::upper_bound(events.begin(), events.end(), after,
                               [](std::uint64_t value, const StoredEvent& event) { return value < event.sequence; });
  for (; next != events.end() && (page.events.empty() || sum < bytes); ++next) {
    page.events.push_back(*next);
    sum += next->bytes.size();
  }
  page.hasMore = next != events.end();
  return page;
}

StoreOutcome MemoryLogStore::trim(std::string_view channel, std::uint64_t through) {
  if (const auto found = channels_.find(channel); found != channels_.end()) {
    std::erase_if(found->second, [through](const StoredEvent& event) { return event.sequence <= through; });
  }
  return StoreOutcome::done;
}

StoreOutcome MemoryLogStore::forget(std::string_view channel) {
  if (const auto found = channels_.find(channel); found != channels_.end()) {
    channels_.erase(found);
  }
  return StoreOutcome::done;
}

}  // namespace millrace
