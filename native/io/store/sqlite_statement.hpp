#pragma once

#include "io/store/sqlite_connection.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace millrace {

// Bytes that are no text to SQLite.
struct SqliteBlob {
  std::string_view bytes;
};

// A statement that is compiled once and run often.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteConnection& connection, std::string_view sql);

  // False: it could not be compiled, so the tables are not those that it knows.
  [[nodiscard]] bool isReady() const { return handle_ != nullptr; }
  // Runs it with these values; what rows it gives does not matter.
  template <typename... Values>
  [[nodiscard]] bool run(const Values&... values);

 private:
  friend class SqliteRows;

  void bind(int at, std::int64_t number) { sqlite3_bind_int64(handle_.get(), at, number); }
  // Unsigned numbers are stored as the signed ones of the same bits.
  void bind(int at, std::uint64_t number) { bind(at, static_cast<std::int64_t>(number)); }
  void bind(int at, std::string_view text);
  void bind(int at, SqliteBlob blob);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// The rows that a statement gives for some values, which have to outlive it. A statement has one of these at a time.
class SqliteRows {
 public:
  template <typename... Values>
  explicit SqliteRows(SqliteStatement& statement, const Values&... values) : statement_(statement.handle_.get()) {
    int at = 0;
    (statement.bind(++at, values), ...);
  }
  ~SqliteRows() {
    if (statement_ != nullptr) {
      sqlite3_reset(statement_);
      sqlite3_clear_bindings(statement_);
    }
  }
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;

  // Goes to the next row. False: there is none, or it could not be read; see hasFailed().
  [[nodiscard]] bool next();
  [[nodiscard]] bool hasFailed() const { return code_ != SQLITE_DONE && code_ != SQLITE_ROW; }
  // It has, for the file is damaged where the row should be.
  [[nodiscard]] bool isDamage() const { return (code_ & 0xFF) == SQLITE_CORRUPT; }

  // Of this row; columns count from 0.
  [[nodiscard]] std::int64_t signedNumber(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::uint64_t number(int column) const { return static_cast<std::uint64_t>(signedNumber(column)); }
  // Lies there until the next call of next().
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
  int code_ = SQLITE_DONE;
};

template <typename... Values>
bool SqliteStatement::run(const Values&... values) {
  SqliteRows rows(*this, values...);
  while (rows.next()) {
  }
  return !rows.hasFailed();
}

}  // namespace millrace
