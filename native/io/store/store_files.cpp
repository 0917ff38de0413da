#include "io/store/store_files.hpp"

#include "io/net/unique_descriptor.hpp"
#include "io/store/big_endian.hpp"
#include "io/store/store_schema.hpp"
#include "io/store/vfs_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

namespace millrace {
namespace {

// https://sqlite.org/fileformat2.html#the_database_header
constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

bool isThere(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

bool renameIfThere(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT;
}

constexpr std::array<const char*, 3> kEndings = {"", "-wal", "-journal"};

}  // namespace

void StoreFiles::removeLeftovers() const {
  ::unlink(mark().c_str());
  for (const char* ending : {"", "-journal", "-wal", "-shm"}) {
    ::unlink((unfinished() + ending).c_str());
  }
}

bool StoreFiles::finish() const {
  if (std::rename(unfinished().c_str(), path_.c_str()) != 0) {
    return false;
  }
  // The new name is as safe as the file when its folder is on the disk, too.
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  const UniqueDescriptor folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return ::fsync(folder.get()) == 0 || errno == EBADF || errno == EINVAL;  // some cannot be opened, or synced
}

StoreFiles::Kind StoreFiles::kind() const {
  VfsFile file(vfs_);
  if (!file.exists(path_)) {
    return Kind::absent;
  }
  if (!file.open(path_)) {
    return Kind::unreadable;
  }
  if (file.size() == 0) {
    return Kind::absent;
  }
  if (file.size() < kHeaderBytes) {
    return Kind::foreign;
  }
  std::string header;
  if (!file.read(0, kHeaderBytes, header)) {
    return Kind::unreadable;
  }
  if (!header.starts_with(kMagic) || bigEndian(header, kApplicationIdAt) != kStoreApplicationId) {
    return Kind::foreign;
  }
  return bigEndian(header, kUserVersionAt) > kStoreSchemaVersion ? Kind::newer : Kind::ours;
}

bool StoreFiles::hasLog() const {
  VfsFile file(vfs_);
  return file.exists(log()) && file.open(log()) && file.size() > 0;
}

bool StoreFiles::isGivenUp() const { return isThere(mark()); }

void StoreFiles::giveUp() const {
  constexpr mode_t kMode = 0644;
  const UniqueDescriptor file(::open(mark().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kMode));
  ::fsync(file.get());
}

// The database first: a log that is left behind alone is no database's, and is set aside the next time.
bool StoreFiles::setAside(std::string& name) const {
  const auto isTaken = [](const std::string& candidate) {
    bool is = false;
    for (const char* ending : kEndings) {
      is = is || isThere(candidate + ending);
    }
    return is;
  };
  for (unsigned number = 1;; ++number) {
    name = path_ + ".damaged-" + std::to_string(number);
    if (!isTaken(name)) {
      break;
    }
  }
  for (const char* ending : kEndings) {
    if (!renameIfThere(path_ + ending, name + ending)) {
      return false;
    }
  }
  ::unlink((path_ + "-shm").c_str());
  ::unlink(mark().c_str());
  return true;
}

}  // namespace millrace
