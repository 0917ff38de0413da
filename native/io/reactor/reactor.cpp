#include "io/reactor/reactor.hpp"

#include "io/engine/engine.hpp"
#include "io/net/duplicate_socket.hpp"
#include "io/reactor/peer.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace millrace {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

Reactor::Reactor(Engine& engine)
    : engine_(engine),
      thread_({[this] { turn(); }, [this] { engine_.tickFromReactor(); }, [this] { recover(); }}),
      owner_(engine.attachReactor(*this)) {
  try {
    thread_.start();
  } catch (...) {
    engine_.detachReactor(owner_);
    throw;
  }
}

Reactor::~Reactor() {
  thread_.stop([this] {
    for (const auto& [id, socket] : sockets_) {
      gone_.emplace_back(id, CloseReason::closed);
    }
    finishGone();
    lingering_.closeAll();
  });
  engine_.detachReactor(owner_);
}

// What became of the batch that was being sent is unknown: its streams are cut, and their clients resume.
void Reactor::recover() {
  try {
    for (const ReactorSocket* const socket : batch_.abandon()) {
      gone_.emplace_back(socket->id(), CloseReason::disconnected);
    }
    finishGone();
    wake();
  } catch (...) {  // the next turn tries again
  }
}

ReactorSocket* Reactor::find(SubscriberId id) {
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->second.get();
}

// --- sockets come

bool Reactor::adopt(const SocketOptions& options, UniqueDescriptor descriptor) {
  auto socket = std::make_unique<ReactorSocket>(thread_.context(), options);
  error_code error;
  socket->descriptor.assign(descriptor.get(), error);
  if (error) {
    return false;
  }
  socket->userTimeoutBefore = setUserTimeout(descriptor.release(), options.userTimeout);
  asio::post(thread_.context(), [this, adopted = std::move(socket)]() mutable { open(std::move(adopted)); });
  return true;
}

void Reactor::open(std::unique_ptr<ReactorSocket> adopted) {
  const SocketOptions options = adopted->options;
  ReactorSocket& socket = *adopted;
  try {
    socket.gzip = engine_.bodies().takeGzip(options.subscriber);
    sockets_.emplace(options.subscriber, std::move(adopted));
    socket.subscriber = engine_.with(options.hub, [&](Hub& hub, Instant now) {
      Subscriber* const assigned = hub.assign(options.subscriber, owner_, &socket, now);
      if (assigned != nullptr) {
        hub.turns().trust(owner_);
      }
      return assigned;
    });
  } catch (...) {
    if (sockets_.contains(options.subscriber)) {
      finish(options.subscriber, CloseReason::disconnected);
    } else {
      adopted.reset();
      engine_.ended(options.hub, options.subscriber, options.environment, CloseReason::disconnected);
    }
    throw;
  }
  if (socket.subscriber == nullptr) {
    gone_.emplace_back(options.subscriber, CloseReason::closed);
    finishGone();
  } else if (options.isReleased) {
    watchPeer(socket);
  }
}

void Reactor::watchPeer(ReactorSocket& socket) {
  const auto look = [this, id = socket.id()](error_code) {
    if (ReactorSocket* const waiting = find(id)) {
      lookAtPeer(*waiting);
    }
  };
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               asio::bind_allocator(HandlerAllocator<void>(socket.readMemory), look));
}

void Reactor::lookAtPeer(ReactorSocket& socket) {
  const SubscriberId id = socket.id();
  switch (discardInput(socket.descriptor.native_handle())) {
    case PeerState::quiet:
      watchPeer(socket);
      return;
    case PeerState::gone:
      gone_.emplace_back(id, CloseReason::disconnected);
      finishGone();
      return;
    case PeerState::talking:
      asio::post(thread_.context(), [this, id] {
        if (ReactorSocket* const talking = find(id)) {
          lookAtPeer(*talking);
        }
      });
      return;
  }
}

void Reactor::waitUntilWritable(ReactorSocket& socket) {
  socket.isBlocked = true;
  const auto look = [this, id = socket.id()](error_code) {
    if (ReactorSocket* const waiting = find(id)) {
      waiting->isBlocked = false;
      markReady(*waiting);
      wake();
    }
  };
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_write,
                               asio::bind_allocator(HandlerAllocator<void>(socket.writeMemory), look));
}

// --- sockets go

void Reactor::endAllOf(OwnerId environment) {
  asio::post(thread_.context(), [this, environment] {
    for (const auto& [id, socket] : sockets_) {
      if (socket->options.environment == environment) {
        gone_.emplace_back(id, CloseReason::closed);
      }
    }
    finishGone();
  });
}

void Reactor::finishGone() {
  for (const auto& [id, reason] : std::exchange(gone_, {})) {
    finish(id, reason);
  }
}

void Reactor::finish(SubscriberId id, CloseReason reason) {
  const auto found = sockets_.find(id);
  if (found == sockets_.end()) {
    return;
  }
  const SocketOptions options = found->second->options;
  std::unique_ptr<ReactorSocket> socket = std::move(found->second);
  sockets_.erase(found);
  if (options.isReleased && socket->isFlushed && lingering_.hasRoom()) {
    lingering_.add(std::move(socket));
  } else {
    closeSocket(thread_.context(), std::move(socket));
  }
  engine_.ended(options.hub, id, options.environment, reason);
}

}  // namespace millrace
