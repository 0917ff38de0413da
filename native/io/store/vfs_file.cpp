#include "io/store/vfs_file.hpp"

#include <new>

namespace millrace {

VfsFile::~VfsFile() {
  if (file_ != nullptr) {
    file_->pMethods->xClose(file_);
  }
}

std::string VfsFile::fullName(const std::string& path) {
  std::string name(static_cast<std::size_t>(vfs_->mxPathname) + 1, '\0');
  const int outcome = vfs_->xFullPathname(vfs_, path.c_str(), vfs_->mxPathname, name.data());
  if (outcome != SQLITE_OK && outcome != SQLITE_OK_SYMLINK) {
    return {};
  }
  name.resize(name.find('\0'));
  return name;
}

bool VfsFile::exists(const std::string& path) {
  int isThere = 0;
  return vfs_ != nullptr && vfs_->xAccess(vfs_, fullName(path).c_str(), SQLITE_ACCESS_EXISTS, &isThere) == SQLITE_OK &&
         isThere != 0;
}

bool VfsFile::open(const std::string& path) {
  if (vfs_ == nullptr) {
    return false;
  }
  // Behind a database's name its parameters follow, up to an empty one.
  name_ = fullName(path) + std::string(3, '\0');
  room_ = std::make_unique<char[]>(static_cast<std::size_t>(vfs_->szOsFile));
  auto* file = new (room_.get()) sqlite3_file{};
  // Whatever the file is: of a write-ahead log, the database would have to be there, too.
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  const int outcome = vfs_->xOpen(vfs_, name_.c_str(), file, flags, &flags);
  if (outcome != SQLITE_OK) {
    if (file->pMethods != nullptr) {
      file->pMethods->xClose(file);
    }
    return false;
  }
  file_ = file;
  return true;
}

std::uint64_t VfsFile::size() {
  sqlite3_int64 bytes = 0;
  return file_ != nullptr && file_->pMethods->xFileSize(file_, &bytes) == SQLITE_OK ? static_cast<std::uint64_t>(bytes)
                                                                                    : 0;
}

bool VfsFile::read(std::uint64_t at, std::size_t bytes, std::string& out) {
  out.resize(bytes);
  return file_ != nullptr && file_->pMethods->xRead(file_, out.data(), static_cast<int>(bytes),
                                                    static_cast<sqlite3_int64>(at)) == SQLITE_OK;
}

}  // namespace millrace
