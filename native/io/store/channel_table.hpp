#pragma once

#include "core/log/log_store.hpp"
#include "io/store/row_outcome.hpp"
#include "io/store/sqlite_statement.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

struct ChannelRow {
  std::int64_t id = 0;  // 0: it has no row yet
  StoredChannel stored;
  std::uint64_t small = 0;  // so many of its newest segments are small, and none of them was merged
};

// The table `channels`.
class ChannelTable {
 public:
  explicit ChannelTable(const SqliteConnection& connection);

  [[nodiscard]] bool isReady() const;
  // Of `damaged` rows, the id and the key are right.
  [[nodiscard]] RowOutcome find(std::string_view key, ChannelRow& row);
  // Writes the row, whether there is one or not; one without an id is given one. False: nothing was written.
  [[nodiscard]] bool write(ChannelRow& row);
  [[nodiscard]] bool remove(std::int64_t id);

  // All rows, in any order. Of `damaged` ones, the id and the key may be right. False: more may be there, but cannot be read.
  [[nodiscard]] bool readAll(std::vector<ChannelRow>& rows, std::vector<ChannelRow>& damaged);
  // The keys of all, and their ids, from the index. False: as above.
  using Keys = std::vector<std::pair<std::string, std::int64_t>>;
  [[nodiscard]] bool readKeys(Keys& keys);

 private:
  SqliteStatement find_;
  SqliteStatement findId_;
  SqliteStatement newestId_;
  SqliteStatement write_;
  SqliteStatement remove_;
  SqliteStatement all_;
  SqliteStatement keys_;
};

}  // namespace millrace
