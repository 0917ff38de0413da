#include "io/store/channel_mender.hpp"

#include "io/store/recount_channel.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace millrace {
namespace {

// Of a set of keys and ids, in any order.
class Fingerprint {
 public:
  void add(std::string_view key, std::int64_t id) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
    const std::uint64_t mixed = (std::hash<std::string_view>{}(key) ^ static_cast<std::uint64_t>(id)) * kOdd;
    sum_ += mixed ^ (mixed >> 32U);
  }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace

ChannelMender::ChannelMender(SqliteConnection& connection, std::uint64_t newestGiven)
    : connection_(connection), channels_(connection), segments_(connection), newestGiven_(newestGiven) {}

RowOutcome ChannelMender::failure() const {
  const int code = connection_.code() & 0xFF;
  return code == SQLITE_CORRUPT || code == SQLITE_CONSTRAINT ? RowOutcome::damaged : RowOutcome::failed;
}

RowOutcome ChannelMender::readAll(std::vector<ChannelRow>& rows) {
  std::vector<ChannelRow> damaged;
  ChannelTable::Keys keys;
  const bool hasRows = channels_.readAll(rows, damaged);
  if (!hasRows && failure() == RowOutcome::failed) {
    return RowOutcome::failed;
  }
  const bool hasKeys = channels_.readKeys(keys);
  if (!hasKeys && (!hasRows || failure() == RowOutcome::failed)) {
    return failure();
  }
  Fingerprint ofRows;
  Fingerprint ofKeys;
  for (const ChannelRow& row : rows) {
    ofRows.add(row.stored.key, row.id);
  }
  for (const auto& [key, id] : keys) {
    ofKeys.add(key, id);
  }
  if (hasRows && hasKeys && damaged.empty() && rows.size() == keys.size() && ofRows == ofKeys) {
    return RowOutcome::found;
  }
  if (!hasKeys) {
    keys.clear();
    for (const ChannelRow& row : damaged) {
      keys.emplace_back(row.stored.key, row.id);
    }
  }
  return mend(rows, keys);
}

RowOutcome ChannelMender::mend(std::vector<ChannelRow>& rows, const ChannelTable::Keys& keys) {
  Known known;
  for (const ChannelRow& row : rows) {
    known.ids.insert(row.id);
    known.keys.insert(row.stored.key);
  }
  for (const auto& [key, id] : keys) {
    if (!restore(key, id, known, rows)) {
      return failure();
    }
  }
  return known.unresolved == 0 ? rewrite(rows) : RowOutcome::damaged;
}

// One whose key is wrong has none of its segments, for their checksums have the key.
bool ChannelMender::restore(const std::string& key, std::int64_t id, Known& known, std::vector<ChannelRow>& rows) {
  if (known.ids.contains(id) || known.keys.contains(key)) {
    return true;
  }
  ChannelRow row;
  row.id = id;
  row.stored.key = key;
  if (restoreChannel(segments_, row, newestGiven_) == RowOutcome::failed) {
    return false;
  }
  if (row.stored.events == 0 && segments_.idsBehind(row, 0).next()) {
    known.unresolved += 1;
    return true;
  }
  known.ids.insert(id);
  known.keys.insert(key);
  rows.push_back(std::move(row));
  return true;
}

// All of them, for the table or its index is not sound; this empties both.
RowOutcome ChannelMender::rewrite(std::vector<ChannelRow>& rows) {
  SqliteTransaction transaction(connection_, SqliteTransaction::Kind::writes);
  bool isDone = transaction.hasBegun() && connection_.execute("DELETE FROM channels");
  for (ChannelRow& row : rows) {
    isDone = isDone && channels_.write(row);
  }
  return isDone && transaction.commit() ? RowOutcome::found : failure();
}

RowOutcome ChannelMender::recountAll(std::vector<ChannelRow>& rows) {
  SqliteTransaction transaction(connection_, SqliteTransaction::Kind::writes);
  for (ChannelRow& row : rows) {
    if (!transaction.hasBegun() || recountChannel(segments_, row) != RowOutcome::found || !channels_.write(row)) {
      return failure();
    }
  }
  return transaction.commit() ? RowOutcome::found : failure();
}

}  // namespace millrace
