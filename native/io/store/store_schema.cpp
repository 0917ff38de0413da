#include "io/store/store_schema.hpp"

#include "io/store/meta_table.hpp"
#include "io/store/sqlite_statement.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace millrace {
namespace {

struct Part {
  std::string_view name;
  std::uint64_t
      root;  // the page where its B-tree begins, always: the first pages of the file, in the order in which they are made
  const char* sql;
};

// Every row has a checksum of the others of its columns. The names of a channel's columns are StoredChannel's, those of a
// segment's SegmentHead's; `small` is SegmentMerger's. Blobs come last, so that what is before them is read without them.
constexpr std::array<Part, 5> kParts = {{
    {"meta", 3,
     "CREATE TABLE meta(id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, newest INTEGER NOT NULL, "
     "reserved_through INTEGER NOT NULL, lost_through INTEGER NOT NULL, is_clean INTEGER NOT NULL, may_be_behind "
     "INTEGER NOT NULL, sum INTEGER NOT "
     "NULL)"},
    {"channels", 4,
     "CREATE TABLE channels(id INTEGER PRIMARY KEY, key TEXT NOT NULL, lost_through INTEGER NOT NULL, "
     "newest INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL, oldest INTEGER NOT NULL, "
     "ends_after INTEGER NOT NULL, small INTEGER NOT NULL, sum INTEGER NOT NULL)"},
    {"channels_by_key", 5, "CREATE UNIQUE INDEX channels_by_key ON channels(key)"},
    {"segments", 6,
     "CREATE TABLE segments(id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, first INTEGER NOT NULL, "
     "last INTEGER NOT NULL, after INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL, "
     "oldest INTEGER NOT NULL, latest INTEGER NOT NULL, blob_sum INTEGER NOT NULL, head_sum INTEGER NOT NULL, "
     "blob BLOB NOT NULL)"},
    {"segments_by_channel", 7, "CREATE INDEX segments_by_channel ON segments(channel, last)"},
}};

}  // namespace

bool setUpConnection(SqliteConnection& connection) {
  sqlite3_limit(connection.handle(), SQLITE_LIMIT_ATTACHED, 0);
  // A file that is mapped into memory, and then truncated by somebody, would end the process. What is deleted is overwritten where that
  // costs no page more.
  return connection.execute(
      "PRAGMA trusted_schema = OFF;"
      "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cache_size = -8192;"
      "PRAGMA secure_delete = FAST; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;");
}

bool createTables(SqliteConnection& connection) {
  // The vacuum's kind is chosen before anything is written; that it is incremental is itself written.
  if (!connection.execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = FULL")) {
    return false;
  }
  SqliteTransaction transaction(connection, SqliteTransaction::Kind::writes);
  if (!transaction.hasBegun() || !connection.execute("PRAGMA auto_vacuum = INCREMENTAL")) {
    return false;
  }
  for (const Part& part : kParts) {
    if (!connection.execute(part.sql)) {
      return false;
    }
  }
  const std::string numbers = "PRAGMA application_id = " + std::to_string(kStoreApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(kStoreSchemaVersion);
  return connection.execute(numbers.c_str()) && MetaTable(connection).write({}) && transaction.commit();
}

bool hasTables(SqliteConnection& connection) {
  SqliteStatement parts(connection, "SELECT name, sql, rootpage FROM sqlite_schema");
  SqliteRows rows(parts);
  std::size_t found = 0;
  while (rows.next()) {
    bool isKnown = false;
    for (const Part& part : kParts) {
      isKnown = isKnown || (rows.bytes(0) == part.name && rows.bytes(1) == part.sql && rows.number(2) == part.root);
    }
    if (!isKnown) {
      return false;
    }
    ++found;
  }
  return !rows.hasFailed() && found == kParts.size();
}

bool readFileNumber(SqliteConnection& connection, const std::string& name, std::uint32_t& number) {
  SqliteStatement pragma(connection, "PRAGMA " + name);
  SqliteRows rows(pragma);
  if (!rows.next()) {
    return false;
  }
  number = static_cast<std::uint32_t>(rows.number(0));
  return true;
}

}  // namespace millrace
