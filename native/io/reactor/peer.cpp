#include "io/reactor/peer.hpp"

#include "io/net/duplicate_socket.hpp"

#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace millrace {

PeerState discardInput(int descriptor) {
  constexpr int kReads = 16;
  std::array<char, 4096> unwanted{};
  for (int read = 0; read < kReads; ++read) {
    const ssize_t size = ::recv(descriptor, unwanted.data(), unwanted.size(), MSG_DONTWAIT);
    if (size == 0) {
      return PeerState::gone;
    }
    if (size < 0 && errno != EINTR) {
      return errno == EAGAIN || errno == EWOULDBLOCK ? PeerState::quiet : PeerState::gone;
    }
  }
  return PeerState::talking;
}

void closeSocket(boost::asio::io_context& context, std::unique_ptr<ReactorSocket> socket) {
  if (!socket->options.isReleased) {
    static_cast<void>(setUserTimeout(socket->descriptor.native_handle(), Millis(socket->userTimeoutBefore)));
  }
  boost::system::error_code ignored;
  socket->descriptor.close(ignored);
  boost::asio::post(context, [last = std::move(socket)] {});
}

}  // namespace millrace
