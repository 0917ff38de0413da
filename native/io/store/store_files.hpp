#pragma once

#include <cstdint>
#include <string>

namespace millrace {

// What lies in a store's folder: the database, what SQLite puts beside it, and what is ours.
class StoreFiles {
 public:
  // What a file is, by its first bytes.
  enum class Kind : std::uint8_t { absent, ours, newer, foreign, unreadable };

  // `vfs` is a registered one's name; empty: the system's.
  StoreFiles(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {}

  [[nodiscard]] const std::string& database() const { return path_; }
  [[nodiscard]] std::string log() const { return path_ + "-wal"; }
  [[nodiscard]] std::string lock() const { return path_ + "-lock"; }

  // What becomes the database when it is whole, so that there never is half a one.
  [[nodiscard]] std::string unfinished() const { return path_ + "-new"; }
  // What an earlier process has left of one, and of a database that somebody took away.
  void removeLeftovers() const;
  // False: errno says why.
  [[nodiscard]] bool finish() const;

  // Of the database. Empty ones are `absent`, too.
  [[nodiscard]] Kind kind() const;
  // There is a write-ahead log with something in it.
  [[nodiscard]] bool hasLog() const;

  // Whether a process has found that the database cannot be written any more, so that the next one begins another.
  [[nodiscard]] bool isGivenUp() const;
  void giveUp() const;

  // Gives the database and what belongs to it other names, which nobody had: `<file>.damaged-<n>`, in `name`. False: errno says why.
  [[nodiscard]] bool setAside(std::string& name) const;

 private:
  [[nodiscard]] std::string mark() const { return path_ + "-damaged"; }

  std::string path_;
  std::string vfs_;
};

}  // namespace millrace
