#include "io/reactor/lingering_sockets.hpp"

#include "io/reactor/peer.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <utility>

namespace millrace {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::size_t kMostLingering = 1000;

}  // namespace

bool LingeringSockets::hasRoom() const { return sockets_.size() < kMostLingering; }

void LingeringSockets::add(std::unique_ptr<ReactorSocket> socket) {
  ::shutdown(socket->descriptor.native_handle(), SHUT_WR);
  const SubscriberId id = socket->id();
  ReactorSocket& lingering = *sockets_.emplace(id, std::move(socket)).first->second;
  const bool isFirst = until_.empty();
  until_.push_back({id, std::chrono::steady_clock::now() + kLinger});
  if (isFirst) {
    endOld();
  }
  // An operation that waits for the peer has the socket's memory for it: the next begins when that one has ended.
  error_code ignored;
  lingering.descriptor.cancel(ignored);
  asio::post(context_, [this, id] {
    if (const auto found = sockets_.find(id); found != sockets_.end()) {
      waitForPeer(*found->second);
    }
  });
}

void LingeringSockets::waitForPeer(ReactorSocket& socket) {
  const auto look = [this, id = socket.id()](error_code) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end()) {
      return;
    }
    if (discardInput(found->second->descriptor.native_handle()) == PeerState::gone) {
      end(id);
    } else {
      waitForPeer(*found->second);
    }
  };
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               asio::bind_allocator(HandlerAllocator<void>(socket.readMemory), look));
}

void LingeringSockets::end(SubscriberId id) {
  const auto found = sockets_.find(id);
  if (found != sockets_.end()) {
    std::unique_ptr<ReactorSocket> socket = std::move(found->second);
    sockets_.erase(found);
    closeSocket(context_, std::move(socket));
  }
}

void LingeringSockets::endOld() {
  while (!until_.empty() && until_.front().time <= std::chrono::steady_clock::now()) {
    const SubscriberId id = until_.front().id;
    until_.pop_front();
    end(id);
  }
  if (!until_.empty()) {
    timer_.expires_at(until_.front().time);
    timer_.async_wait([this](error_code error) {
      if (!error) {
        endOld();
      }
    });
  }
}

void LingeringSockets::closeAll() {
  for (auto& [id, socket] : std::exchange(sockets_, {})) {
    closeSocket(context_, std::move(socket));
  }
}

}  // namespace millrace
