#include "io/net/duplicate_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <limits>

namespace millrace {

UniqueDescriptor duplicateSocket(int descriptor) {
  constexpr int kYes = 1;
  UniqueDescriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  if (copy.isOpen()) {
    // Best effort: a Unix socket does not know it.
    static_cast<void>(::setsockopt(copy.get(), IPPROTO_TCP, TCP_NODELAY, &kYes, sizeof(kYes)));
  }
  return copy;
}

int setUserTimeout(int descriptor, Millis timeout) {
  int before = 0;
  socklen_t size = sizeof(before);
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &before, &size) != 0) {
    return 0;
  }
  const bool isFit = timeout.count() <= std::numeric_limits<int>::max();
  const int milliseconds = isFit ? static_cast<int>(timeout.count()) : 0;
  static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof(milliseconds)));
  return before;
}

}  // namespace millrace
