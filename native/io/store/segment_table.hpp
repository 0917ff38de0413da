#pragma once

#include "io/store/channel_table.hpp"
#include "io/store/row_outcome.hpp"
#include "io/store/sqlite_statement.hpp"
#include "io/store/stored_segment.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace millrace {

// The bytes of a segment, checked, in memory of their own.
struct SegmentBlob {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;

  [[nodiscard]] std::string_view view() const { return {bytes.get(), size}; }
};

// The table `segments`. A row's checksum has its channel's key, too: no row is taken for another channel's.
class SegmentTable {
 public:
  explicit SegmentTable(const SqliteConnection& connection);

  [[nodiscard]] bool isReady() const;

  [[nodiscard]] bool insert(const ChannelRow& channel, const SegmentHead& head, std::string_view blob);
  [[nodiscard]] bool remove(std::int64_t id);
  [[nodiscard]] bool removeAll(const ChannelRow& channel);

  // The ids of the channel's segments that end behind this sequence, the oldest first; of those that end before it, the newest
  // first. What they name may be damaged.
  [[nodiscard]] SqliteRows idsBehind(const ChannelRow& channel, std::uint64_t after) {
    return SqliteRows(behind_, channel.id, after);
  }
  [[nodiscard]] SqliteRows idsBefore(const ChannelRow& channel, std::uint64_t end) {
    return SqliteRows(before_, channel.id, end);
  }

  // `absent` is damage, too, for an index names only what is there; so it is not given.
  [[nodiscard]] RowOutcome readHead(const ChannelRow& channel, std::int64_t id, SegmentHead& head);
  [[nodiscard]] RowOutcome read(const ChannelRow& channel, std::int64_t id, SegmentHead& head, SegmentBlob& blob);

 private:
  SqliteStatement insert_;
  SqliteStatement remove_;
  SqliteStatement removeAll_;
  SqliteStatement behind_;
  SqliteStatement before_;
  SqliteStatement head_;
  SqliteStatement whole_;
};

}  // namespace millrace
