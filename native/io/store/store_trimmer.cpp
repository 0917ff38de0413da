#include "io/store/store_trimmer.hpp"

#include "io/store/page_scrubber.hpp"
#include "io/store/recount_channel.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::size_t kMostSegments = 512;  // in one transaction

// Free pages that the next events will want: a sixteenth of the file, and at least 1 MiB.
constexpr std::uint64_t kSparePart = 16;
constexpr std::uint64_t kSparePages = 256;

// Of what is let go, the disk may know later: after a power cut it is there again, and goes again.
class LazyCommits {
 public:
  explicit LazyCommits(SqliteConnection& connection) : connection_(connection) {
    static_cast<void>(connection_.execute("PRAGMA synchronous = NORMAL"));
  }
  ~LazyCommits() { static_cast<void>(connection_.execute("PRAGMA synchronous = FULL")); }
  LazyCommits(const LazyCommits&) = delete;
  LazyCommits& operator=(const LazyCommits&) = delete;

 private:
  SqliteConnection& connection_;
};

// What the channel has without this segment is still all that the limits let it keep.
bool isExcess(const StoreLimits& limits, const StoredChannel& channel, const SegmentHead& head) {
  return channel.events - std::min(channel.events, head.events) >= limits.events ||
         channel.bytes - std::min(channel.bytes, head.bytes) >= limits.bytes || head.latest < limits.since;
}

bool areKept(const StoreLimits& limits, const StoredChannel& channel) {
  return channel.events == 0 ||
         (channel.events <= limits.events && channel.bytes <= limits.bytes && channel.oldest >= limits.since);
}

bool readNumber(SqliteStatement& statement, std::uint64_t& number) {
  SqliteRows rows(statement);
  if (!rows.next()) {
    return false;
  }
  number = rows.number(0);
  return true;
}

}  // namespace

StoreTrimmer::StoreTrimmer(SqliteConnection& connection, ChannelTable& channels, SegmentTable& segments)
    : connection_(connection),
      channels_(channels),
      segments_(segments),
      pages_(connection, "PRAGMA page_count"),
      freePages_(connection, "PRAGMA freelist_count"),
      vacuumSome_(connection, "PRAGMA incremental_vacuum(1024)") {}

bool StoreTrimmer::trim(const StoreLimits& limits, std::uint64_t newestGiven, StoredChannel& channel) {
  const LazyCommits lazy(connection_);
  ChannelRow row;
  row.stored.key = channel.key;
  bool isOver = false;
  while (!isOver) {
    if (!trimSome(limits, newestGiven, row, isOver) || !giveSpaceBack()) {
      return false;
    }
  }
  channel = row.stored;
  return true;
}

bool StoreTrimmer::trimSome(const StoreLimits& limits, std::uint64_t newestGiven, ChannelRow& row, bool& isOver) {
  SqliteTransaction transaction(connection_, SqliteTransaction::Kind::writes);
  const std::string key = row.stored.key;
  const RowOutcome found = channels_.find(key, row);
  if (!transaction.hasBegun() || found == RowOutcome::failed) {
    return false;
  }
  if (found == RowOutcome::absent) {
    row = {};
    row.stored.key = key;
    isOver = true;
    return true;
  }
  if (found == RowOutcome::damaged && restoreChannel(segments_, row, newestGiven) == RowOutcome::failed) {
    return false;
  }
  Excess excess;
  excess.row = row;
  if (!areKept(limits, row.stored) && !findExcess(limits, excess)) {
    return false;
  }
  for (const std::int64_t id : excess.ids) {
    if (!segments_.remove(id)) {
      return false;
    }
  }
  row = std::move(excess.row);
  isOver = !excess.hasMore;
  if (excess.hasDamage && recountChannel(segments_, row) == RowOutcome::failed) {
    return false;
  }
  if (row.stored.events == 0 && row.stored.endsAfter == 0 && isOver) {
    return channels_.remove(row.id) && transaction.commit();  // what clients of it lack, the hub knows of all channels
  }
  return found == RowOutcome::found && excess.ids.empty() ? true : channels_.write(row) && transaction.commit();
}

bool StoreTrimmer::findExcess(const StoreLimits& limits, Excess& excess) {
  StoredChannel& channel = excess.row.stored;
  std::vector<std::int64_t> damaged;  // they go with the next intact one, if that goes
  SqliteRows ids = segments_.idsBehind(excess.row, 0);
  while (ids.next()) {
    excess.hasMore = excess.ids.size() >= kMostSegments;
    if (excess.hasMore) {
      return true;
    }
    const std::int64_t id = ids.signedNumber(0);
    SegmentHead head;
    const RowOutcome outcome = segments_.readHead(excess.row, id, head);
    if (outcome == RowOutcome::failed) {
      return false;
    }
    if (outcome != RowOutcome::found) {
      damaged.push_back(id);
      continue;
    }
    channel.oldest = head.oldest;
    if (!isExcess(limits, channel, head)) {
      return true;
    }
    excess.hasDamage = excess.hasDamage || !damaged.empty();
    excess.ids.insert(excess.ids.end(), damaged.begin(), damaged.end());
    excess.ids.push_back(id);
    damaged.clear();
    channel.lostThrough = std::max(channel.lostThrough, head.last);
    channel.events -= std::min(channel.events, head.events);
    channel.bytes -= std::min(channel.bytes, head.bytes);
  }
  if (ids.hasFailed() && !ids.isDamage()) {
    return false;
  }
  // None is left that is intact.
  excess.hasDamage = excess.hasDamage || !damaged.empty() || channel.events > 0 || ids.hasFailed();
  excess.ids.insert(excess.ids.end(), damaged.begin(), damaged.end());
  channel.oldest = {};
  return true;
}

// A little at a time, for pages at the end of the file change places with those that are free.
bool StoreTrimmer::giveSpaceBack() {
  std::uint64_t all = 0;
  std::uint64_t free = 0;
  if (!readNumber(pages_, all) || !readNumber(freePages_, free)) {
    return false;
  }
  return free <= std::max(kSparePages, all / kSparePart) || vacuumSome_.run();
}

bool StoreTrimmer::forget(std::string_view channel) {
  {
    SqliteTransaction transaction(connection_, SqliteTransaction::Kind::writes);
    ChannelRow row;
    const RowOutcome found = channels_.find(channel, row);
    if (!transaction.hasBegun() || found == RowOutcome::failed) {
      return false;
    }
    if (found != RowOutcome::absent &&
        (!segments_.removeAll(row) || !channels_.remove(row.id) || !transaction.commit())) {
      return false;
    }
  }
  // Pages that have become free, now or earlier, leave the file, for they are as they were. And the write-ahead log has old copies of
  // pages.
  return connection_.execute("PRAGMA incremental_vacuum") && PageScrubber(connection_).scrubAll() &&
         sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) ==
             SQLITE_OK;
}

}  // namespace millrace
