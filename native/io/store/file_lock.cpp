#include "io/store/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace millrace {

FileLock::Outcome FileLock::lock(const std::string& path) {
  constexpr mode_t kMode = 0644;  // as SQLite makes its files
  UniqueDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  if (!file.isOpen()) {
    return Outcome::failed;
  }
  // Of the open file and not of the process, so that two stores in one process have two.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? Outcome::busy : Outcome::failed;
  }
  file_ = std::move(file);
  return Outcome::locked;
}

}  // namespace millrace
