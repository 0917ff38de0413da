#include "sim/memory_disk.hpp"

#include <algorithm>

namespace millrace::sim {

LogStore* MemoryDisk::open(StoreContents& contents) {
  if (calls_ >= failsFrom_) {
    return nullptr;
  }
  contents.position = store_.memory().position();
  contents.channels = store_.memory().channels();
  contents.isNew = contents.channels.empty() && contents.position.epoch == 0;
  for (const StoredChannel& channel : contents.channels) {
    contents.newestStored = std::max(contents.newestStored, channel.newest);
  }
  return &store_;
}

void MemoryDisk::failSoon(Random& random) {
  failsFrom_ = calls_ + random.below(4);
  failsUntil_ = failsFrom_ + 1;
}

bool MemoryDisk::failsNow() {
  const std::uint64_t call = calls_++;
  return failsReads() || (call >= failsFrom_ && call < failsUntil_);
}

}  // namespace millrace::sim
