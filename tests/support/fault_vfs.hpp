#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

// A VFS of SQLite's over the system's, whose disk can fail, and can lose what was not synced. It has a name of its own while it lives.
//
// Not thread-safe.
class FaultVfs {
 public:
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // After so many more writes, syncs and truncations all of them fail, and nothing of them is done: with SQLITE_FULL, SQLITE_IOERR_FSYNC….
  void failAfter(std::uint64_t changes, int code);
  // Only so many of those fail, or all until it is told something else.
  void failTimes(std::uint64_t times) { failures_ = times; }
  void heal() { code_ = SQLITE_OK; }
  [[nodiscard]] bool hasFailed() const { return hasFailed_; }

  // Is called before every write, sync and truncation.
  void onChange(std::function<void()> call) { onChange_ = std::move(call); }
  // Is asked before every read, which fails with what is not SQLITE_OK.
  void onRead(std::function<int()> call) { onRead_ = std::move(call); }

  // Syncs take time, and tests of other things need none.
  void skipSyncs() { skipsSyncs_ = true; }

  // From now on it knows of every write whether it was synced. Before a file is opened.
  void trackSyncs() { tracksSyncs_ = true; }
  // Writes into a folder what a disk may have of the files after a power cut: what was synced, and of what was written later any
  // part, in blocks of 512 bytes.
  void cutPower(const std::string& folder, std::mt19937& random) const;

  // For the functions that SQLite calls.
  struct Write {
    std::uint64_t at = 0;
    std::string bytes;
    bool isEnd = false;  // the file ends there
  };
  [[nodiscard]] sqlite3_vfs& below() const { return *below_; }
  [[nodiscard]] bool skips() const { return skipsSyncs_; }
  // SQLITE_OK, or what it is to fail with.
  [[nodiscard]] int change();
  [[nodiscard]] int read() const { return onRead_ ? onRead_() : SQLITE_OK; }
  void opened(const std::string& path);
  void wrote(const std::string& path, Write write);
  // With the folder, or without.
  void synced(const std::string& path, bool isFolder);
  void deleted(const std::string& path, bool isFolder);

 private:
  struct File {
    std::string synced;
    std::vector<Write> unsynced;
    bool wasSynced = false;
    bool isDeleted = false;
    // The one of this name that was deleted before, until this one is synced: the disk may not know of that yet.
    std::optional<std::string> previous{};
  };

  sqlite3_vfs* below_;
  sqlite3_vfs vfs_{};
  std::string name_;
  std::map<std::string, File> files_;
  std::uint64_t left_ = 0;
  std::uint64_t failures_ = 0;
  int code_ = SQLITE_OK;
  bool hasFailed_ = false;
  bool skipsSyncs_ = false;
  bool tracksSyncs_ = false;
  std::function<void()> onChange_;
  std::function<int()> onRead_;
};

}  // namespace millrace::test
