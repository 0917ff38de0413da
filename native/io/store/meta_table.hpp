#pragma once

#include "core/log/log_store.hpp"
#include "io/store/row_outcome.hpp"
#include "io/store/sqlite_statement.hpp"

namespace millrace {

// The one row of the table `meta`: the hub's position.
class MetaTable {
 public:
  explicit MetaTable(const SqliteConnection& connection);

  [[nodiscard]] bool isReady() const { return read_.isReady() && write_.isReady(); }
  [[nodiscard]] RowOutcome read(StorePosition& position);
  [[nodiscard]] bool write(const StorePosition& position);

 private:
  SqliteStatement read_;
  SqliteStatement write_;
};

}  // namespace millrace
