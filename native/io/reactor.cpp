#include "io/reactor.hpp"

#include "io/engine.hpp"
#include "io/net/duplicate_socket.hpp"

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

constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::size_t kMostLingering = 1000;

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
    for (auto& [id, socket] : std::exchange(lingering_, {})) {
      close(std::move(socket));
    }
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
  while (true) {
    try {
      context_.run();
      return;
    } catch (...) {  // memory, in whichever operation: nothing of it leaves the thread
      recover();
    }
  }
}

// What became of the batch that was being sent is unknown: its streams are cut, and their clients resume.
void Reactor::recover() {
  try {
    for (const Write& write : batch_) {
      gone_.emplace_back(write.socket->options.connection, CloseReason::disconnected);
    }
    batch_.clear();
    spans_.clear();
    finishGone();
    wake();
  } catch (...) {  // the next turn tries again
  }
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

bool Reactor::adopt(const SocketOptions& options, UniqueDescriptor descriptor) {
  auto socket = std::make_unique<Socket>(context_, options);
  error_code error;
  socket->descriptor.assign(descriptor.get(), error);
  if (error) {
    return false;
  }
  socket->userTimeoutBefore = setUserTimeout(descriptor.release(), options.userTimeout);
  asio::post(context_, [this, adopted = std::move(socket)]() mutable { open(std::move(adopted)); });
  return true;
}

void Reactor::open(std::unique_ptr<Socket> adopted) {
  const SocketOptions options = adopted->options;
  Socket& socket = *adopted;
  try {
    socket.gzip = engine_.takeGzip(options.connection);
    sockets_.emplace(options.connection, std::move(adopted));
    socket.connection = engine_.assign(options.hub, options.connection, owner_, &socket);
  } catch (...) {
    if (sockets_.contains(options.connection)) {
      finish(options.connection, CloseReason::disconnected);
    } else {
      adopted.reset();
      engine_.ended(options.hub, options.connection, options.environment, CloseReason::disconnected);
    }
    throw;
  }
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
  std::unique_ptr<Socket> socket = std::move(found->second);
  sockets_.erase(found);
  if (options.isHandedOver && socket->isFlushed && lingering_.size() < kMostLingering) {
    linger(std::move(socket));
  } else {
    close(std::move(socket));
  }
  engine_.ended(options.hub, id, options.environment, reason);
}

// Its operations end after this, in its memory: it goes behind them.
void Reactor::close(std::unique_ptr<Socket> socket) {
  if (!socket->options.isHandedOver) {
    static_cast<void>(setUserTimeout(socket->descriptor.native_handle(), Millis(socket->userTimeoutBefore)));
  }
  error_code ignored;
  socket->descriptor.close(ignored);
  asio::post(context_, [last = std::move(socket)] {});
}

// --- sockets that were written to the end

void Reactor::linger(std::unique_ptr<Socket> socket) {
  ::shutdown(socket->descriptor.native_handle(), SHUT_WR);
  const ConnectionId id = socket->options.connection;
  Socket& lingering = *lingering_.emplace(id, std::move(socket)).first->second;
  const bool isFirst = lingeringUntil_.empty();
  lingeringUntil_.push_back({id, std::chrono::steady_clock::now() + kLinger});
  if (isFirst) {
    endOldLingering();
  }
  // An operation that waits for the peer has the socket's memory for it: the next begins when that one has ended.
  error_code ignored;
  lingering.descriptor.cancel(ignored);
  asio::post(context_, [this, id] {
    if (const auto found = lingering_.find(id); found != lingering_.end()) {
      waitForPeer(*found->second);
    }
  });
}

void Reactor::waitForPeer(Socket& socket) {
  const auto look = [this, id = socket.options.connection](error_code) {
    const auto found = lingering_.find(id);
    if (found == lingering_.end()) {
      return;
    }
    if (listen(found->second->descriptor.native_handle()) == PeerState::gone) {
      endLingering(id);
    } else {
      waitForPeer(*found->second);
    }
  };
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               asio::bind_allocator(HandlerAllocator<void>(socket.readMemory), look));
}

void Reactor::endLingering(ConnectionId id) {
  const auto found = lingering_.find(id);
  if (found != lingering_.end()) {
    std::unique_ptr<Socket> socket = std::move(found->second);
    lingering_.erase(found);
    close(std::move(socket));
  }
}

void Reactor::endOldLingering() {
  while (!lingeringUntil_.empty() && lingeringUntil_.front().until <= std::chrono::steady_clock::now()) {
    const ConnectionId id = lingeringUntil_.front().id;
    lingeringUntil_.pop_front();
    endLingering(id);
  }
  if (!lingeringUntil_.empty()) {
    lingerTimer_.expires_at(lingeringUntil_.front().until);
    lingerTimer_.async_wait([this](error_code error) {
      if (!error) {
        endOldLingering();
      }
    });
  }
}

}  // namespace millrace
