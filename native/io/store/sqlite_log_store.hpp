#pragma once

#include "core/log/log_store.hpp"
#include "io/store/channel_table.hpp"
#include "io/store/file_lock.hpp"
#include "io/store/meta_table.hpp"
#include "io/store/segment_table.hpp"
#include "io/store/sqlite_connection.hpp"
#include "io/store/store_files.hpp"
#include "io/store/store_reader.hpp"
#include "io/store/store_trimmer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace millrace {

// Channels' logs in one SQLite file with a write-ahead log. When append() returns, the disk has what it was given.
//
// Each channel's events lie in segments, a row for each channel and append(); see SegmentBuilder. Damage in the file is told as events that
// are missing, never given as events; see StoreReader. openSqliteLogStore() makes it.
//
// What changes something is for one thread at a time; read() and beforeLast() may be called meanwhile, from one other thread.
class SqliteLogStore : public LogStore {
 public:
  // Connections to a file that has the tables, and the lock on it. `position` is what the file has.
  SqliteLogStore(StoreFiles files, FileLock lock, std::unique_ptr<SqliteConnection> writing,
                 std::unique_ptr<SqliteConnection> reading, const StorePosition& position);

  [[nodiscard]] StoreOutcome append(std::span<const StoreEntry> entries, const StorePosition& position) override;
  [[nodiscard]] StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) override;
  [[nodiscard]] std::uint64_t beforeLast(std::string_view channel, std::uint64_t events,
                                         std::uint64_t through) override;
  [[nodiscard]] StoreOutcome trim(StoreLimits limits, StoredChannel& channel) override;
  [[nodiscard]] StoreOutcome end(std::string_view channel, std::uint64_t after) override;
  [[nodiscard]] StoreOutcome forget(std::string_view channel) override;

 private:
  template <typename Change>
  [[nodiscard]] StoreOutcome change(const Change& change);
  [[nodiscard]] bool findOrBegin(std::string_view key, ChannelRow& row);
  [[nodiscard]] bool appendTo(std::span<const StoreEntry* const> entries);
  [[nodiscard]] bool tellInUse();
  void writeThrough();

  const StoreFiles files_;
  const FileLock lock_;  // released when the connections are closed
  std::unique_ptr<SqliteConnection> writing_;
  MetaTable meta_;
  ChannelTable channels_;
  SegmentTable segments_;
  StoreTrimmer trimmer_;
  StorePosition position_;       // as the file has it
  std::uint64_t mergeable_ = 0;  // so many segments may be merged in this append()
  bool isGivenUp_ = false;       // it cannot be written any more

  StoreReader reader_;  // the reading thread's
};

}  // namespace millrace
