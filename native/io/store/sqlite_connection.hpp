#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

namespace millrace {

// One connection to a database file. Not thread-safe, but several connections to one file may be used at the same time.
class SqliteConnection {
 public:
  // How long a statement waits for a lock of another connection.
  static constexpr int kBusyMs = 2000;

  // Creates the file if there is none. `vfs` is the name of a registered one; empty: the system's. False: see code() and error().
  [[nodiscard]] bool open(const std::string& path, const std::string& vfs);
  void close() { handle_.reset(); }

  // Runs statements that give no rows, or whose rows do not matter. False: see code() and error().
  [[nodiscard]] bool execute(const char* sql);

  // Of the last call, which failed: SQLite's result code, an extended one, and its text.
  [[nodiscard]] int code() const { return sqlite3_extended_errcode(handle_.get()); }
  [[nodiscard]] std::string error() const;
  // The code at the end of the last transaction that was not committed.
  [[nodiscard]] int rollbackCode() const { return rollbackCode_; }

  [[nodiscard]] bool isInTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  [[nodiscard]] bool isReadOnly() const { return sqlite3_db_readonly(handle_.get(), "main") != 0; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  friend class SqliteTransaction;

  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  int rollbackCode_ = SQLITE_OK;
};

// All that is written between its beginning and commit(), or nothing of it.
class SqliteTransaction {
 public:
  enum class Kind : bool { reads, writes };

  SqliteTransaction(SqliteConnection& connection, Kind kind);
  // Takes back what was not committed.
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  [[nodiscard]] bool hasBegun() const { return hasBegun_; }
  // False: nothing was written.
  [[nodiscard]] bool commit();

 private:
  SqliteConnection& connection_;
  bool hasBegun_;
  bool isCommitted_ = false;
};

}  // namespace millrace
