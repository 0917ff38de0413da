#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

namespace millrace {

// A file that is read without SQLite, but where SQLite sees it: over a VFS.
class VfsFile {
 public:
  // `vfs` is a registered one's name; empty: the system's.
  explicit VfsFile(const std::string& vfs) : vfs_(sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str())) {}
  ~VfsFile();
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  [[nodiscard]] bool exists(const std::string& path);
  // False: the file cannot be read.
  [[nodiscard]] bool open(const std::string& path);
  // In bytes; 0 when that cannot be told.
  [[nodiscard]] std::uint64_t size();
  // So many bytes from there on. False: they cannot be read, or are not there.
  [[nodiscard]] bool read(std::uint64_t at, std::size_t bytes, std::string& out);

 private:
  [[nodiscard]] std::string fullName(const std::string& path);

  sqlite3_vfs* vfs_;
  std::string name_;              // SQLite wants it as long as the file is open
  std::unique_ptr<char[]> room_;  // for what the VFS has there
  sqlite3_file* file_ = nullptr;  // in room_; null: not open
};

}  // namespace millrace
