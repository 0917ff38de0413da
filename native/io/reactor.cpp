#include "io/reactor.hpp"

#include "io/engine.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace millrace {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

Reactor::Reactor(Engine& engine) : engine_(engine), owner_(engine.attachReactor(*this)) {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    engine_.detachReactor(owner_);
    throw;
  }
}

Reactor::~Reactor() {
  asio::post(context_, [this] {
    for (const auto& [id, socket] : sockets_) {
      gone_.emplace_back(id, CloseReason::closed);
    }
    finishGone();
    context_.stop();
  });
  thread_.join();
  engine_.detachReactor(owner_);
}

// A woken reactor must not take the processor from the JavaScript thread that has just woken it (sched(7), SCHED_BATCH).
void Reactor::run() {
  const sched_param none{};
  static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none));
  const auto work = asio::make_work_guard(context_);
  context_.run();
}

void Reactor::wake() {
  if (!isPosted_.exchange(true)) {
    asio::post(context_, [this] { turn(); });
  }
}

void Reactor::arm(Millis delay) {
  asio::post(context_, [this, delay] {
    timer_.expires_after(delay);
    timer_.async_wait([this](error_code error) {
      if (!error) {
        tick();
      }
    });
  });
}

void Reactor::tick() { engine_.tickFromReactor(); }

// --- sockets come

void Reactor::adopt(const SocketOptions& options) {
  asio::post(context_, [this, options] { open(options); });
}

void Reactor::open(const SocketOptions& options) {
  Socket& socket = *sockets_.emplace(options.connection, std::make_unique<Socket>(context_, options)).first->second;
  socket.gzip = engine_.takeGzip(options.connection);
  error_code error;
  socket.descriptor.assign(options.descriptor, error);
  if (error) {
    ::close(options.descriptor);
    finish(options.connection, CloseReason::disconnected);
    return;
  }
  socket.connection = engine_.assign(options.hub, options.connection, owner_, &socket);
  if (socket.connection == nullptr) {
    gone_.emplace_back(options.connection, CloseReason::closed);
    finishGone();
    return;
  }
  if (options.isHandedOver) {
    watchPeer(socket);
  }
}

// A client has nothing to say on an event stream: what comes is thrown away, until the end comes.
void Reactor::watchPeer(Socket& socket) {
  const auto look = [this, id = socket.options.connection](error_code) {
    if (Socket* const waiting = find(id)) {
      lookAtPeer(*waiting);
    }
  };
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               asio::bind_allocator(HandlerAllocator<void>(socket.readMemory), look));
}

void Reactor::lookAtPeer(Socket& socket) {
  const ConnectionId id = socket.options.connection;
  switch (listen(socket.descriptor.native_handle())) {
    case PeerState::quiet:
      watchPeer(socket);
      return;
    case PeerState::gone:
      gone_.emplace_back(id, CloseReason::disconnected);
      finishGone();
      return;
    case PeerState::talking:
      asio::post(context_, [this, id] {
        if (Socket* const talking = find(id)) {
          lookAtPeer(*talking);
        }
      });
      return;
  }
}

// Only so much at a time: who does not stop talking must not keep the others from being written to.
Reactor::PeerState Reactor::listen(int descriptor) {
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

void Reactor::waitUntilWritable(Socket& socket) {
  socket.isBlocked = true;
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_write,
                               asio::bind_allocator(HandlerAllocator<void>(socket.writeMemory),
                                                    [this, id = socket.options.connection](error_code) {
                                                      if (Socket* const waiting = find(id)) {
                                                        waiting->isBlocked = false;
                                                        markReady(*waiting);
                                                        wake();
                                                      }
                                                    }));
}

Reactor::Socket* Reactor::find(ConnectionId id) {
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->second.get();
}

// --- sockets go

void Reactor::endAllOf(OwnerId environment) {
  asio::post(context_, [this, environment] {
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

void Reactor::finish(ConnectionId id, CloseReason reason) {
  const auto found = sockets_.find(id);
  if (found == sockets_.end()) {
    return;
  }
  const SocketOptions options = found->second->options;
  if (options.isHandedOver && found->second->isFlushed) {
    ::shutdown(options.descriptor, SHUT_WR);  // so that unread bytes of the peer's do not reset what is on its way
  }
  // Its operations end after this, in its memory: it goes behind them.
  std::unique_ptr<Socket> socket = std::move(found->second);
  sockets_.erase(found);
  error_code ignored;
  socket->descriptor.close(ignored);
  asio::post(context_, [last = std::move(socket)] {});
  engine_.ended(options.hub, id, options.environment, reason);
}

}  // namespace millrace
