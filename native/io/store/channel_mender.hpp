#pragma once

#include "io/store/channel_table.hpp"
#include "io/store/segment_table.hpp"
#include "io/store/sqlite_connection.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace millrace {

// Reads all channels' rows when a store is opened. Of a row that is damaged or gone, the index of the keys has the key and the id, and the
// channel's segments have the rest.
class ChannelMender {
 public:
  // No number above `newestGiven` was given to an event.
  ChannelMender(SqliteConnection& connection, std::uint64_t newestGiven);

  // `damaged`: there may be channels of which not even the names are known.
  [[nodiscard]] RowOutcome readAll(std::vector<ChannelRow>& rows);
  // Counts all of them anew from their segments, and writes that.
  [[nodiscard]] RowOutcome recountAll(std::vector<ChannelRow>& rows);

 private:
  struct Known {
    std::set<std::int64_t> ids;
    std::set<std::string> keys;
    std::size_t unresolved = 0;  // there are segments of a channel whose key is not known, or they are damaged all
  };

  [[nodiscard]] RowOutcome mend(std::vector<ChannelRow>& rows, const ChannelTable::Keys& keys);
  [[nodiscard]] bool restore(const std::string& key, std::int64_t id, Known& known, std::vector<ChannelRow>& rows);
  [[nodiscard]] RowOutcome rewrite(std::vector<ChannelRow>& rows);
  [[nodiscard]] RowOutcome failure() const;

  SqliteConnection& connection_;
  ChannelTable channels_;
  SegmentTable segments_;
  const std::uint64_t newestGiven_;
};

}  // namespace millrace
