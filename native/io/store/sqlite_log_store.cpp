#include "io/store/sqlite_log_store.hpp"

#include "io/store/recount_channel.hpp"
#include "io/store/segment_merger.hpp"
#include "io/store/segment_writer.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// SQLite's numbers have a sign.
constexpr std::uint64_t kMostSequence = std::numeric_limits<std::int64_t>::max();

using Group = std::span<const StoreEntry* const>;

bool canBeStored(std::span<const StoreEntry> entries) {
  return std::all_of(entries.begin(), entries.end(), [](const StoreEntry& entry) {
    return entry.sequence < kMostSequence && entry.after < entry.sequence;
  });
}

// Each channel's together, in their order.
std::vector<const StoreEntry*> byChannel(std::span<const StoreEntry> entries) {
  std::vector<const StoreEntry*> sorted;
  sorted.reserve(entries.size());
  for (const StoreEntry& entry : entries) {
    sorted.push_back(&entry);
  }
  std::sort(sorted.begin(), sorted.end(), [](const StoreEntry* one, const StoreEntry* other) {
    const int order = one->channel.compare(other->channel);
    return order != 0 ? order < 0 : one < other;
  });
  return sorted;
}

// The entries of the first one's channel; they are taken off.
Group takeGroup(Group& entries) {
  const std::string_view channel = entries.front()->channel;
  const auto end = std::find_if(entries.begin(), entries.end(),
                                [channel](const StoreEntry* entry) { return entry->channel != channel; });
  const Group group = entries.first(static_cast<std::size_t>(end - entries.begin()));
  entries = entries.subspan(group.size());
  return group;
}

// Where an index has what its table has not, or the other way round, a key is not unique any more.
bool isDamage(int code) { return (code & 0xFF) == SQLITE_CORRUPT || code == SQLITE_CONSTRAINT_UNIQUE; }

}  // namespace

SqliteLogStore::SqliteLogStore(StoreFiles files, FileLock lock, std::unique_ptr<SqliteConnection> writing,
                               std::unique_ptr<SqliteConnection> reading, const StorePosition& position)
    : files_(std::move(files)),
      lock_(std::move(lock)),
      writing_(std::move(writing)),
      meta_(*writing_),
      channels_(*writing_),
      segments_(*writing_),
      trimmer_(*writing_, channels_, segments_),
      position_(position),
      reader_(std::move(reading)) {}

StoreOutcome SqliteLogStore::append(std::span<const StoreEntry> entries, const StorePosition& position) {
  if (!canBeStored(entries)) {
    return StoreOutcome::failed;
  }
  const std::vector<const StoreEntry*> sorted = byChannel(entries);
  return change([&] {
    if (position_.isClean && !tellInUse()) {
      return false;
    }
    SqliteTransaction transaction(*writing_, SqliteTransaction::Kind::writes);
    mergeable_ = SegmentMerger::kMany;
    for (Group left = sorted; !left.empty();) {
      if (!transaction.hasBegun() || !appendTo(takeGroup(left))) {
        return false;
      }
    }
    if (!meta_.write(position) || !transaction.commit()) {
      return false;
    }
    const bool isBeyondReserved = position.newest > position_.reservedThrough;
    position_ = position;
    if (isBeyondReserved) {
      writeThrough();  // else a process that finds the log damaged goes on where this one has begun
    }
    return true;
  });
}

StorePage SqliteLogStore::read(std::string_view channel, std::uint64_t after, std::size_t bytes) {
  return reader_.read(channel, after, bytes);
}

std::uint64_t SqliteLogStore::beforeLast(std::string_view channel, std::uint64_t events, std::uint64_t through) {
  return reader_.beforeLast(channel, events, through);
}

StoreOutcome SqliteLogStore::trim(StoreLimits limits, StoredChannel& channel) {
  return change([&] { return trimmer_.trim(limits, position_.newest, channel); });
}

StoreOutcome SqliteLogStore::end(std::string_view channel, std::uint64_t after) {
  return change([&] {
    SqliteTransaction transaction(*writing_, SqliteTransaction::Kind::writes);
    ChannelRow row;
    if (!transaction.hasBegun() || !findOrBegin(channel, row)) {
      return false;
    }
    row.stored.endsAfter = after;
    return channels_.write(row) && transaction.commit();
  });
}

StoreOutcome SqliteLogStore::forget(std::string_view channel) {
  return change([&] { return trimmer_.forget(channel); });
}

// Indexes can be made again from their tables. Where the tables are damaged, too, the next process begins another file.
template <typename Change>
StoreOutcome SqliteLogStore::change(const Change& change) {
  if (reader_.takeDamage() && !isGivenUp_) {
    static_cast<void>(writing_->execute("REINDEX"));
  }
  if (change()) {
    return StoreOutcome::done;
  }
  if (isGivenUp_ || !isDamage(writing_->rollbackCode())) {
    return StoreOutcome::failed;
  }
  const bool isRepaired = writing_->execute("REINDEX");
  if (isRepaired && change()) {
    return StoreOutcome::done;
  }
  if (isDamage(isRepaired ? writing_->rollbackCode() : writing_->code())) {
    isGivenUp_ = true;
    files_.giveUp();
  }
  return StoreOutcome::failed;
}

bool SqliteLogStore::findOrBegin(std::string_view key, ChannelRow& row) {
  switch (channels_.find(key, row)) {
    case RowOutcome::found:
      return true;
    case RowOutcome::absent:
      row = {};
      row.stored.key = key;
      return channels_.write(row);
    case RowOutcome::damaged:
      return restoreChannel(segments_, row, position_.newest) != RowOutcome::failed;
    case RowOutcome::failed:
      break;
  }
  return false;
}

bool SqliteLogStore::appendTo(std::span<const StoreEntry* const> entries) {
  ChannelRow row;
  if (!findOrBegin(entries.front()->channel, row) || !SegmentWriter(segments_, row).write(entries)) {
    return false;
  }
  if (SegmentMerger::isDue(row) && row.small <= mergeable_) {
    mergeable_ -= row.small;
    // Whatever comes in its way, it is no reason not to store the events.
    if (!writing_->execute("SAVEPOINT merge")) {
      return false;
    }
    const bool isMerged = SegmentMerger(segments_).merge(row);
    if (!writing_->isInTransaction() ||
        !writing_->execute(isMerged ? "RELEASE merge" : "ROLLBACK TO merge; RELEASE merge")) {
      return false;
    }
  }
  return channels_.write(row);
}

// Before anything is stored behind a position that says that nothing is: in the file itself, for if the write-ahead log is lost,
// what it says comes true again.
bool SqliteLogStore::tellInUse() {
  StorePosition position = position_;
  position.isClean = false;
  SqliteTransaction transaction(*writing_, SqliteTransaction::Kind::writes);
  if (!transaction.hasBegun() || !meta_.write(position) || !transaction.commit()) {
    return false;
  }
  position_ = position;
  writeThrough();
  return true;
}

// What is in the write-ahead log is in the file itself, too.
void SqliteLogStore::writeThrough() {
  sqlite3_wal_checkpoint_v2(writing_->handle(), nullptr, SQLITE_CHECKPOINT_FULL, nullptr, nullptr);
}

}  // namespace millrace
