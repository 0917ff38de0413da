#include "io/store/sqlite_statement.hpp"

namespace millrace {

SqliteStatement::SqliteStatement(const SqliteConnection& connection, std::string_view sql) {
  sqlite3_stmt* compiled = nullptr;
  sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                     &compiled, nullptr);
  handle_.reset(compiled);
}

// The null pointer at the end says that the bytes stay where they are (SQLITE_STATIC).
void SqliteStatement::bind(int at, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), at, text.data() == nullptr ? "" : text.data(), text.size(), nullptr, SQLITE_UTF8);
}

void SqliteStatement::bind(int at, SqliteBlob blob) {
  sqlite3_bind_blob64(handle_.get(), at, blob.bytes.data(), blob.bytes.size(), nullptr);
}

bool SqliteRows::next() {
  code_ = statement_ == nullptr ? SQLITE_MISUSE : sqlite3_step(statement_);
  return code_ == SQLITE_ROW;
}

std::string_view SqliteRows::bytes(int column) const {
  const void* begin = sqlite3_column_blob(statement_, column);
  return begin == nullptr ? std::string_view{}
                          : std::string_view(static_cast<const char*>(begin),
                                             static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

}  // namespace millrace
