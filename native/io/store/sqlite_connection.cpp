#include "io/store/sqlite_connection.hpp"

namespace millrace {

bool SqliteConnection::open(const std::string& path, const std::string& vfs) {
  // SQLite takes this name for no file's.
  const std::string file = path.starts_with(':') ? "./" + path : path;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* opened = nullptr;
  const int outcome = sqlite3_open_v2(file.c_str(), &opened, kFlags, vfs.empty() ? nullptr : vfs.c_str());
  handle_.reset(opened);  // one that failed has the error's text
  if (outcome != SQLITE_OK) {
    return false;
  }
  sqlite3_busy_timeout(opened, kBusyMs);
  return true;
}

bool SqliteConnection::execute(const char* sql) {
  return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::string SqliteConnection::error() const {
  return handle_ == nullptr ? sqlite3_errstr(SQLITE_NOMEM) : sqlite3_errmsg(handle_.get());
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection, Kind kind)
    : connection_(connection), hasBegun_(connection.execute(kind == Kind::writes ? "BEGIN IMMEDIATE" : "BEGIN")) {}

SqliteTransaction::~SqliteTransaction() {
  if (isCommitted_) {
    return;
  }
  connection_.rollbackCode_ = connection_.code();
  if (connection_.isInTransaction()) {  // after some errors SQLite has taken it back already
    static_cast<void>(connection_.execute("ROLLBACK"));
  }
}

bool SqliteTransaction::commit() {
  isCommitted_ = hasBegun_ && connection_.isInTransaction() && connection_.execute("COMMIT");
  return isCommitted_;
}

}  // namespace millrace
