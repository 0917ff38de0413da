#pragma once

#include "core/log/log_store.hpp"
#include "io/store/channel_table.hpp"
#include "io/store/segment_table.hpp"

#include <span>

namespace millrace {

// Writes one channel's new events as segments. For use in a transaction.
class SegmentWriter {
 public:
  SegmentWriter(SegmentTable& segments, ChannelRow& row) : segments_(segments), row_(row) {}

  // Entries of this channel, in their order. Those that the channel has already are left out: the caller was told that a commit
  // had failed which had not, or cannot know. The row is to be written afterwards. False: something could not be written.
  [[nodiscard]] bool write(std::span<const StoreEntry* const> entries);

 private:
  [[nodiscard]] bool finishSegment();
  void tellAdded(const StoreEntry& entry);

  SegmentTable& segments_;
  ChannelRow& row_;
  SegmentBuilder builder_;
};

}  // namespace millrace
