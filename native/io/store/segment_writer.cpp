#include "io/store/segment_writer.hpp"

#include "io/store/segment_merger.hpp"

#include <algorithm>

namespace millrace {

bool SegmentWriter::write(std::span<const StoreEntry* const> entries) {
  for (const StoreEntry* entry : entries) {
    if (entry->sequence <= row_.stored.newest) {
      continue;
    }
    if (!builder_.goesOn(entry->after)) {
      if (!finishSegment()) {
        return false;
      }
      builder_.begin(entry->after);
    }
    builder_.add({entry->sequence, entry->bytes, entry->label, entry->conflateKey, entry->at, entry->expires});
    tellAdded(*entry);
  }
  return finishSegment();
}

bool SegmentWriter::finishSegment() {
  if (builder_.isEmpty()) {
    return true;
  }
  SegmentMerger::tellAdded(builder_.head(), row_);
  return segments_.insert(row_, builder_.head(), builder_.blob());
}

void SegmentWriter::tellAdded(const StoreEntry& entry) {
  StoredChannel& channel = row_.stored;
  if (entry.after > channel.newest) {
    channel.lostThrough = entry.after;
  }
  channel.newest = entry.sequence;
  channel.oldest = channel.events == 0 ? entry.at : std::min(channel.oldest, entry.at);
  channel.events += 1;
  channel.bytes += entry.bytes.size();
}

}  // namespace millrace
