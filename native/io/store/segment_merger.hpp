#pragma once

#include "io/store/channel_table.hpp"
#include "io/store/segment_table.hpp"

#include <cstddef>
#include <cstdint>

namespace millrace {

// Rewrites the small segments at a channel's end as fewer large ones: a channel that gets one event a commit has a row for each until
// then. For use in a transaction.
class SegmentMerger {
 public:
  // A segment is small that has less of both.
  static constexpr std::uint64_t kSmallBytes = SegmentBuilder::kBytes / 4;
  static constexpr std::uint64_t kSmallEvents = SegmentBuilder::kEvents / 4;
  // So many small ones are worth it, and more are not done at one go.
  static constexpr std::uint64_t kFew = 64;
  static constexpr std::uint64_t kMany = 1024;

  explicit SegmentMerger(SegmentTable& segments) : segments_(segments) {}

  // The channel has a new segment. Its row is to be written afterwards.
  static void tellAdded(const SegmentHead& head, ChannelRow& row) {
    row.small = head.bytes < kSmallBytes && head.events < kSmallEvents ? row.small + 1 : 0;
  }
  [[nodiscard]] static bool isDue(const ChannelRow& row) { return row.small >= kFew; }
  // The row is to be written afterwards. Segments that are damaged stay as they are. False: something could not be written.
  [[nodiscard]] bool merge(ChannelRow& row);

 private:
  SegmentTable& segments_;
};

}  // namespace millrace
