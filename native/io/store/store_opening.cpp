#include "io/store/store_opening.hpp"

#include "io/store/channel_mender.hpp"
#include "io/store/log_inspection.hpp"
#include "io/store/sqlite_statement.hpp"
#include "io/store/store_files.hpp"
#include "io/store/store_schema.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace millrace {
namespace {

std::string systemError() { return std::generic_category().message(errno); }

// Whether the connection's error says that the file is not as it was written.
bool isDamage(const SqliteConnection& connection) {
  const int code = connection.code() & 0xFF;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_CONSTRAINT;
}

// Opens one file, once.
class Opener {
 public:
  Opener(const StoreFiles& files, const StoreOptions& options) : files_(files), options_(options) {}

  enum class Outcome : std::uint8_t { opened, damaged, fault };

  // Makes a database without events where there is none.
  [[nodiscard]] Outcome create();
  // `opened`: all but the store itself is in result().
  [[nodiscard]] Outcome open();
  [[nodiscard]] StoreOpening& result() { return result_; }
  [[nodiscard]] std::unique_ptr<SqliteConnection> takeWriting() { return std::move(writing_); }
  [[nodiscard]] std::unique_ptr<SqliteConnection> takeReading() { return std::move(reading_); }

 private:
  [[nodiscard]] bool openConnection(const std::string& file, std::unique_ptr<SqliteConnection>& connection);
  [[nodiscard]] Outcome readContents();
  [[nodiscard]] bool isSound();
  [[nodiscard]] RowOutcome recover(ChannelMender& mender, std::vector<ChannelRow>& rows);
  // What the connection's error means.
  Outcome fail();
  Outcome fail(StoreFault fault, std::string message);
  Outcome damaged(std::string message);

  const StoreFiles& files_;
  const StoreOptions& options_;
  bool isLogDamaged_ = false;
  StoreOpening result_;
  std::unique_ptr<SqliteConnection> writing_;
  std::unique_ptr<SqliteConnection> reading_;
};

Opener::Outcome Opener::create() {
  files_.removeLeftovers();
  if (!openConnection(files_.unfinished(), writing_) || !createTables(*writing_) ||
      !writing_->execute("PRAGMA journal_mode = WAL")) {
    return fail();
  }
  writing_.reset();
  return files_.finish() ? Outcome::opened : fail(StoreFault::unreachable, systemError());
}

Opener::Outcome Opener::open() {
  isLogDamaged_ = hasDamagedFrames(files_.log(), options_.vfs);  // SQLite clears it away
  if (!openConnection(files_.database(), writing_)) {
    return fail();
  }
  if (writing_->isReadOnly()) {
    return fail(StoreFault::unreachable, "it may only be read");
  }
  std::uint32_t version = 0;
  if (!writing_->execute("PRAGMA journal_mode = WAL") || !readFileNumber(*writing_, "user_version", version)) {
    return fail();
  }
  if (version > kStoreSchemaVersion) {
    return fail(StoreFault::newer, {});
  }
  if (version != kStoreSchemaVersion || !hasTables(*writing_)) {
    return writing_->code() == SQLITE_OK || writing_->code() == SQLITE_ERROR ? damaged("the schema is not ours")
                                                                             : fail();
  }
  if (const Outcome outcome = readContents(); outcome != Outcome::opened) {
    return outcome;
  }
  // So that the next process finds little to recover. That it cannot be done now is no reason not to go on.
  sqlite3_wal_checkpoint_v2(writing_->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return openConnection(files_.database(), reading_) && reading_->execute("PRAGMA query_only = ON") ? Outcome::opened
                                                                                                    : fail();
}

bool Opener::openConnection(const std::string& file, std::unique_ptr<SqliteConnection>& connection) {
  connection = std::make_unique<SqliteConnection>();
  return connection->open(file, options_.vfs) && setUpConnection(*connection);
}

Opener::Outcome Opener::readContents() {
  if (isLogDamaged_ && !isSound()) {
    return damaged("its write-ahead log is damaged, and it is not sound without");
  }
  switch (MetaTable(*writing_).read(result_.position)) {
    case RowOutcome::found:
      break;
    case RowOutcome::failed:
      return fail();
    default:
      return damaged("the hub's position is not as it was written");
  }
  std::vector<ChannelRow> rows;
  ChannelMender mender(*writing_, result_.position.newest);
  RowOutcome outcome = mender.readAll(rows);
  if (outcome == RowOutcome::found && isLogDamaged_) {
    outcome = recover(mender, rows);
  }
  switch (outcome) {
    case RowOutcome::found:
      break;
    case RowOutcome::failed:
      return fail();
    default:
      return damaged("the list of channels is not as it was written");
  }
  for (ChannelRow& row : rows) {
    result_.newestStored = std::max(result_.newestStored, row.stored.newest);
    result_.channels.push_back(std::move(row.stored));
  }
  const StorePosition& position = result_.position;
  result_.isNew = rows.empty() && position.epoch == 0 && position.newest == 0 && position.reservedThrough == 0;
  return Outcome::opened;
}

bool Opener::isSound() {
  SqliteStatement check(*writing_, "PRAGMA quick_check(1)");
  SqliteRows rows(check);
  return rows.next() && rows.bytes(0) == "ok";
}

// Pages may be there that are older than others, for what the log had was in the file already. What the last process has given is not known
// any more.
RowOutcome Opener::recover(ChannelMender& mender, std::vector<ChannelRow>& rows) {
  if (!writing_->execute("REINDEX")) {
    return isDamage(*writing_) ? RowOutcome::damaged
                               : RowOutcome::failed;  // the disk may be full: that says nothing of the file
  }
  const RowOutcome outcome = mender.recountAll(rows);
  StorePosition& position = result_.position;
  for (const ChannelRow& row : rows) {
    position.newest = std::max(position.newest, row.stored.newest);
  }
  position.reservedThrough = std::max(position.reservedThrough, position.newest);
  position.isClean = false;
  position.mayBeBehind = true;
  result_.hasLost = true;
  return outcome == RowOutcome::found && !MetaTable(*writing_).write(position) ? RowOutcome::failed : outcome;
}

Opener::Outcome Opener::fail() {
  const SqliteConnection& connection = reading_ != nullptr ? *reading_ : *writing_;
  switch (connection.code() & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(connection.error());
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(StoreFault::busy, connection.error());
    default:
      return fail(StoreFault::unreachable, connection.error());
  }
}

Opener::Outcome Opener::fail(StoreFault fault, std::string message) {
  result_ = {};
  result_.fault = fault;
  result_.message = std::move(message);
  return Outcome::fault;
}

Opener::Outcome Opener::damaged(std::string message) {
  result_ = {};
  result_.message = std::move(message);
  return Outcome::damaged;
}

StoreOpening refuse(StoreFault fault, std::string message) {
  StoreOpening opening;
  opening.fault = fault;
  opening.message = std::move(message);
  return opening;
}

// A file has one lock and one log, whatever links lead to it, and the process may go to another folder later.
std::string realPath(const std::string& path) {
  std::error_code error;
  const std::string real = std::filesystem::weakly_canonical(path, error).string();
  return error ? path : real;
}

StoreOpening finish(Opener& opener, const StoreFiles& files, FileLock lock) {
  StoreOpening opening = std::move(opener.result());
  opening.store = std::make_unique<SqliteLogStore>(files, std::move(lock), opener.takeWriting(), opener.takeReading(),
                                                   opening.position);
  return opening;
}

StoreOpening setAsideAndOpen(const StoreFiles& files, const StoreOptions& options, FileLock lock, std::string message) {
  std::string name;
  if (!files.setAside(name)) {
    return refuse(StoreFault::unreachable, systemError());
  }
  Opener opener(files, options);
  StoreOpening opening;
  if (opener.create() == Opener::Outcome::opened && opener.open() == Opener::Outcome::opened) {
    opening = finish(opener, files, std::move(lock));
    opening.message = std::move(message);
  } else {
    opening = std::move(opener.result());
    opening.fault = StoreFault::unreachable;
  }
  opening.setAside = std::move(name);
  return opening;
}

}  // namespace

StoreOpening openSqliteLogStore(const std::string& path, const StoreOptions& options) {
  if (path.empty()) {
    return refuse(StoreFault::unreachable, "the path is empty");
  }
  const StoreFiles files(realPath(path), options.vfs);
  FileLock lock;
  switch (lock.lock(files.lock())) {
    case FileLock::Outcome::locked:
      break;
    case FileLock::Outcome::busy:
      return refuse(StoreFault::busy, {});
    case FileLock::Outcome::failed:
      return refuse(StoreFault::unreachable, systemError());
  }
  const StoreFiles::Kind kind = files.kind();
  switch (kind) {
    case StoreFiles::Kind::newer:
      return refuse(StoreFault::newer, {});
    case StoreFiles::Kind::foreign:
      return refuse(StoreFault::foreign, {});
    case StoreFiles::Kind::unreadable:
      return refuse(StoreFault::unreachable, systemError());
    default:
      break;
  }
  if (kind == StoreFiles::Kind::absent && files.hasLog()) {
    return setAsideAndOpen(files, options, std::move(lock), "there is a write-ahead log without its database");
  }
  if (kind == StoreFiles::Kind::ours && files.isGivenUp()) {
    return setAsideAndOpen(files, options, std::move(lock), "it could not be written any more");
  }
  Opener opener(files, options);
  if (kind == StoreFiles::Kind::absent && opener.create() != Opener::Outcome::opened) {
    return std::move(opener.result());
  }
  switch (opener.open()) {
    case Opener::Outcome::opened:
      return finish(opener, files, std::move(lock));
    case Opener::Outcome::damaged: {
      std::string message = std::move(opener.result().message);
      static_cast<void>(opener.takeWriting());
      static_cast<void>(opener.takeReading());
      return setAsideAndOpen(files, options, std::move(lock), std::move(message));
    }
    case Opener::Outcome::fault:
      break;
  }
  return std::move(opener.result());
}

}  // namespace millrace
