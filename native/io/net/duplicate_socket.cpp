#include "io/net/duplicate_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace millrace {

int duplicateSocket(int descriptor) {
  constexpr int kUserTimeoutMs = 30000;
  constexpr int kYes = 1;
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy >= 0) {
    // Best effort: a Unix socket knows neither.
    static_cast<void>(::setsockopt(copy, IPPROTO_TCP, TCP_NODELAY, &kYes, sizeof(kYes)));
    static_cast<void>(::setsockopt(copy, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof(kUserTimeoutMs)));
  }
  return copy;
}

}  // namespace millrace
