#include "io/socket_pair.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <iterator>
#include <utility>

namespace millrace::test {
namespace {

void limit(const Descriptor& socket, int option, int bytes) {
  if (bytes > 0) {
    EXPECT_EQ(::setsockopt(socket.number(), SOL_SOCKET, option, &bytes, sizeof bytes), 0);
  }
}

SocketPair localPair() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// The limits must be there before the connection is: the window is agreed on with it.
SocketPair tcpPair(int bufferBytes) {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener.number(), where, size), 0);
  EXPECT_EQ(::listen(listener.number(), 1), 0);
  EXPECT_EQ(::getsockname(listener.number(), where, &size), 0);
  SocketPair pair;
  pair.client = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  limit(pair.client, SO_RCVBUF, bufferBytes);
  EXPECT_EQ(::connect(pair.client.number(), where, size), 0);
  pair.server = Descriptor(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
  const int on = 1;
  EXPECT_EQ(::setsockopt(pair.server.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
  return pair;
}

std::size_t entriesOf(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  close();
  number_ = other.release();
  return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void Descriptor::close() {
  if (isOpen()) {
    ::close(release());
  }
}

Descriptor duplicate(const Descriptor& socket) { return Descriptor(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0)); }

SocketPair connectedPair(SocketKind kind, int bufferBytes) {
  SocketPair pair = kind == SocketKind::local ? localPair() : tcpPair(bufferBytes);
  limit(pair.server, SO_SNDBUF, bufferBytes);
  EXPECT_EQ(::fcntl(pair.server.number(), F_SETFL, O_NONBLOCK), 0);
  return pair;
}

std::size_t openDescriptors() { return entriesOf("/proc/self/fd"); }

std::size_t runningThreads() { return entriesOf("/proc/self/task"); }

}  // namespace millrace::test
