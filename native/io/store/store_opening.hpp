#pragma once

#include "core/log/log_store.hpp"
#include "io/store/sqlite_log_store.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace millrace {

// Why a store could not be opened. Nothing was written to what is at its path.
enum class StoreFault : std::uint8_t {
  none,
  busy,         // another process has it, or another store of this one
  foreign,      // what is there is no file of ours
  newer,        // a later version of this library wrote it
  unreachable,  // it can be neither opened nor made: no such folder, no permission, a device that fails
};

struct StoreOptions {
  std::string vfs{};  // the name of SQLite's VFS by which the database is read and written; empty: the system's
};

struct StoreOpening : StoreContents {
  std::unique_ptr<SqliteLogStore> store;  // null: see `fault`
  StoreFault fault = StoreFault::none;
  std::string message{};  // of a fault, or of what was set aside: what the system or SQLite says

  // The file that was there was ours, but is so damaged that it cannot be used: it has this name now, with what belongs to it, and the
  // store is new. Empty: nothing was set aside.
  std::string setAside{};
};

// Opens the store at this path, or makes one there; the folder has to be there. Where a channel's row is damaged, it is made again from the
// channel's events.
[[nodiscard]] StoreOpening openSqliteLogStore(const std::string& path, const StoreOptions& options = {});

}  // namespace millrace
