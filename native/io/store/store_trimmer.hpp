#pragma once

#include "core/log/log_store.hpp"
#include "io/store/channel_table.hpp"
#include "io/store/segment_table.hpp"
#include "io/store/sqlite_connection.hpp"
#include "io/store/sqlite_statement.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace {

// Lets go of events, and gives the file's space back. Over the writing connection, and outside of transactions. Where a call gives false,
// something could not be written; the same call may work later.
class StoreTrimmer {
 public:
  StoreTrimmer(SqliteConnection& connection, ChannelTable& channels, SegmentTable& segments);

  // As LogStore's trim(). No number above `newestGiven` was given to an event.
  [[nodiscard]] bool trim(const StoreLimits& limits, std::uint64_t newestGiven, StoredChannel& channel);
  // As LogStore's forget().
  [[nodiscard]] bool forget(std::string_view channel);

 private:
  // Segments that can go, and what the channel's row says when they have.
  struct Excess {
    std::vector<std::int64_t> ids;
    ChannelRow row;
    bool hasDamage = false;  // the row is to be counted anew
    bool hasMore = false;    // there may be more of them
  };

  [[nodiscard]] bool trimSome(const StoreLimits& limits, std::uint64_t newestGiven, ChannelRow& row, bool& isOver);
  [[nodiscard]] bool findExcess(const StoreLimits& limits, Excess& excess);
  [[nodiscard]] bool giveSpaceBack();

  SqliteConnection& connection_;
  ChannelTable& channels_;
  SegmentTable& segments_;
  SqliteStatement pages_;
  SqliteStatement freePages_;
  SqliteStatement vacuumSome_;
};

}  // namespace millrace
