#include "io/store/channel_table.hpp"

#include "io/store/row_checksum.hpp"
#include "io/store/row_time.hpp"

namespace millrace {
namespace {

std::uint64_t sumOf(const ChannelRow& row) {
  return RowChecksum()
      .add(static_cast<std::uint64_t>(row.id))
      .add(row.stored.key)
      .add(row.stored.lostThrough)
      .add(row.stored.newest)
      .add(row.stored.events)
      .add(row.stored.bytes)
      .add(static_cast<std::uint64_t>(toRowTime(row.stored.oldest)))
      .add(row.stored.endsAfter)
      .add(row.small)
      .value();
}

// Of the columns as the table has them. False: it is not as it was written.
bool takeRow(const SqliteRows& rows, ChannelRow& row) {
  row.id = rows.signedNumber(0);
  row.stored.key = rows.bytes(1);
  row.stored.lostThrough = rows.number(2);
  row.stored.newest = rows.number(3);
  row.stored.events = rows.number(4);
  row.stored.bytes = rows.number(5);
  row.stored.oldest = fromRowTime(rows.signedNumber(6));
  row.stored.endsAfter = rows.number(7);
  row.small = rows.number(8);
  return rows.number(9) == sumOf(row);
}

}  // namespace

ChannelTable::ChannelTable(const SqliteConnection& connection)
    : find_(connection, "SELECT * FROM channels INDEXED BY channels_by_key WHERE key = ?1"),
      findId_(connection, "SELECT id FROM channels INDEXED BY channels_by_key WHERE key = ?1"),
      newestId_(connection, "SELECT max(id) FROM channels"),
      write_(connection,
             "INSERT INTO channels VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(id) DO UPDATE SET "
             "lost_through = ?3, newest = ?4, events = ?5, bytes = ?6, oldest = ?7, ends_after = ?8, small = ?9, sum = "
             "?10"),
      remove_(connection, "DELETE FROM channels WHERE id = ?1"),
      all_(connection, "SELECT * FROM channels NOT INDEXED"),
      keys_(connection, "SELECT key, id FROM channels INDEXED BY channels_by_key") {}

bool ChannelTable::isReady() const {
  return find_.isReady() && findId_.isReady() && newestId_.isReady() && write_.isReady() && remove_.isReady() &&
         all_.isReady() && keys_.isReady();
}

RowOutcome ChannelTable::find(std::string_view key, ChannelRow& row) {
  {
    SqliteRows rows(find_, key);
    if (rows.next()) {
      if (takeRow(rows, row) && row.stored.key == key) {
        return RowOutcome::found;
      }
    } else if (!rows.hasFailed()) {
      return RowOutcome::absent;
    } else if (!rows.isDamage()) {
      return RowOutcome::failed;
    }
  }
  // The index has the id, too.
  row = {};
  row.stored.key = key;
  SqliteRows rows(findId_, key);
  if (!rows.next()) {
    return RowOutcome::failed;
  }
  row.id = rows.signedNumber(0);
  return RowOutcome::damaged;
}

bool ChannelTable::write(ChannelRow& row) {
  if (row.id == 0) {
    SqliteRows rows(newestId_);
    if (!rows.next()) {
      return false;
    }
    row.id = rows.signedNumber(0) + 1;
  }
  return write_.run(row.id, std::string_view(row.stored.key), row.stored.lostThrough, row.stored.newest,
                    row.stored.events, row.stored.bytes, toRowTime(row.stored.oldest), row.stored.endsAfter, row.small,
                    sumOf(row));
}

bool ChannelTable::remove(std::int64_t id) { return remove_.run(id); }

bool ChannelTable::readAll(std::vector<ChannelRow>& rows, std::vector<ChannelRow>& damaged) {
  SqliteRows all(all_);
  while (all.next()) {
    ChannelRow row;
    const bool isIntact = takeRow(all, row);
    (isIntact ? rows : damaged).push_back(std::move(row));
  }
  return !all.hasFailed();
}

bool ChannelTable::readKeys(Keys& keys) {
  SqliteRows all(keys_);
  while (all.next()) {
    keys.emplace_back(all.bytes(0), all.signedNumber(1));
  }
  return !all.hasFailed();
}

}  // namespace millrace
