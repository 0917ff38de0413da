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
#include <span>

namespace millrace {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Looked up under one lock, then sent without it.
constexpr std::size_t kBatch = 64;
constexpr ReadLimits kReadLimits{std::size_t{1024} * 1024, SocketWriter::kMostSpans - 8};

}  // namespace

Reactor::Reactor(Engine& engine) : engine_(engine), owner_(engine.attachReactor(*this)) {
  thread_ = std::thread([this] { run(); });
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
  error_code error;
  socket.descriptor.assign(options.descriptor, error);
  if (error) {
    ::close(options.descriptor);
    finish(options.connection, CloseReason::disconnected);
    return;
  }
  socket.gzip = engine_.takeGzip(options.connection);
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
  socket.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               asio::bind_allocator(HandlerAllocator<void>(socket.readMemory),
                                                    [this, id = socket.options.connection](error_code) {
                                                      Socket* const waiting = find(id);
                                                      if (waiting == nullptr) {
                                                        return;
                                                      }
                                                      if (hasPeerGone(*waiting)) {
                                                        gone_.emplace_back(id, CloseReason::disconnected);
                                                        finishGone();
                                                      } else {
                                                        watchPeer(*waiting);
                                                      }
                                                    }));
}

bool Reactor::hasPeerGone(Socket& socket) {
  std::array<char, 4096> unwanted{};
  while (true) {
    const ssize_t size = ::recv(socket.descriptor.native_handle(), unwanted.data(), unwanted.size(), MSG_DONTWAIT);
    if (size == 0) {
      return true;
    }
    if (size < 0 && errno != EINTR) {
      return errno != EAGAIN && errno != EWOULDBLOCK;
    }
  }
}

// --- the turn

void Reactor::turn() {
  isPosted_ = false;
  engine_.exclusively([this](Engine::Hubs hubs, Instant) {
    for (Hub* const hub : hubs) {
      hub->beginTurn(owner_);
    }
  });
  engine_.deflatePending();
  for (bool isFirst = true; gatherBatch(isFirst); isFirst = false) {
    sendBatch();
  }
  engine_.exclusively([this](Engine::Hubs hubs, Instant now) {
    for (Hub* const hub : hubs) {
      hub->settle(owner_, now);
    }
  });
  finishGone();
  if (!ready_.empty()) {
    wake();
  }
}

// Notes what became of the last batch and looks up the next, under one lock. False when the turn is over. What becomes ready
// meanwhile waits for the next turn, so that this one ends.
bool Reactor::gatherBatch(bool isFirst) {
  return engine_.exclusively([this, isFirst](Engine::Hubs hubs, Instant now) {
    for (const Write& write : batch_) {
      noteResult(write, *hubs[write.socket->options.hub], now);
    }
    batch_.clear();
    spans_.clear();
    for (const ConnectionId id : isFirst ? std::exchange(ready_, {}) : std::vector<ConnectionId>{}) {
      if (Socket* const socket = find(id)) {
        socket->isReady = false;
        prepare(*socket, *hubs[socket->options.hub], now);
      }
    }
    bool hasMore = false;
    for (Hub* const hub : hubs) {
      Turn turn;
      hasMore = hub->collect(owner_, kBatch, turn) || hasMore;
      takeClosing(turn);
      for (Connection* const connection : turn.connections) {
        auto& socket = *static_cast<Socket*>(connection->hub.reader);
        if (!socket.isBlocked) {
          prepare(socket, *hub, now);
        }
      }
    }
    return hasMore || !batch_.empty();
  });
}

void Reactor::prepare(Socket& socket, Hub& hub, Instant now) {
  if (std::exchange(socket.isInBatch, true)) {
    return;
  }
  Write write;
  write.socket = &socket;
  write.firstSpan = spans_.bytes.size();
  if (socket.gzip) {
    write.hasMore = compress(socket, hub, now);
  } else if (!socket.isFlushed) {
    hub.read(*socket.connection, now, kReadLimits, spans_);
  }
  write.lastSpan = spans_.bytes.size();
  batch_.push_back(write);
}

// What a compressed connection reads is copied, small as it is, and counts as taken at once.
bool Reactor::compress(Socket& socket, Hub& hub, Instant now) {
  constexpr ReadLimits kCopied{std::size_t{64} * 1024};
  if (socket.isFlushed || !socket.gzip->pending().empty()) {
    return !socket.isFlushed;
  }
  Spans spans;
  hub.read(*socket.connection, now, kCopied, spans);
  socket.gzip->append(spans, 0);
  return hub.taken(*socket.connection, now);
}

void Reactor::sendBatch() {
  for (Write& write : batch_) {
    Socket& socket = *write.socket;
    const int descriptor = socket.descriptor.native_handle();
    if (socket.gzip) {
      const std::string_view pending = socket.gzip->pending();
      write.result = socket.writer.send(descriptor, {&pending, 1});
    } else {
      const std::span<const std::string_view> spans(spans_.bytes);
      write.result = socket.writer.send(descriptor, spans.subspan(write.firstSpan, write.lastSpan - write.firstSpan));
    }
    if (socket.isFlushed && socket.options.isHandedOver && write.result.state == SendState::done) {
      write.result.state = socket.writer.finish(descriptor);
    }
  }
}

void Reactor::noteResult(const Write& write, Hub& hub, Instant now) {
  Socket& socket = *write.socket;
  socket.isInBatch = false;
  const ConnectionId id = socket.options.connection;
  if (write.result.state == SendState::gone) {
    gone_.emplace_back(id, socket.ending.value_or(CloseReason::disconnected));
    return;
  }
  const bool hasMore = socket.gzip ? noteCompressed(write) : notePlain(write, hub, now);
  if (write.result.state == SendState::blocked) {
    waitUntilWritable(socket);
  } else if (hasMore) {
    markReady(socket);
  } else if (socket.isFlushed) {
    gone_.emplace_back(id, *socket.ending);
  } else if (socket.ending) {
    socket.isFlushed = true;  // the hub gives an ending connection nothing new
    if (socket.gzip) {
      socket.gzip->finish();
    }
    markReady(socket);
  }
}

// Whether there is more to send than was sent.
bool Reactor::noteCompressed(const Write& write) {
  GzipStream& gzip = *write.socket->gzip;
  gzip.taken(write.result.taken);
  return write.hasMore || !gzip.pending().empty();
}

bool Reactor::notePlain(const Write& write, Hub& hub, Instant now) {
  const char* firstUntaken = nullptr;
  std::size_t taken = write.result.taken;
  for (std::size_t at = write.firstSpan; at < write.lastSpan && firstUntaken == nullptr; ++at) {
    const std::string_view span = spans_.bytes[at];
    if (taken < span.size()) {
      firstUntaken = span.data() + taken;
    }
    taken -= std::min(taken, span.size());
  }
  if (firstUntaken != nullptr) {
    hub.takenUpTo(*write.socket->connection, firstUntaken, now);
    return true;
  }
  return !write.socket->isFlushed && hub.taken(*write.socket->connection, now);
}

void Reactor::takeClosing(const Turn& turn) {
  for (const auto& [id, reason] : turn.closing) {
    Socket* const socket = find(id);
    if (socket == nullptr) {
      continue;
    }
    const bool isHopeless = reason == CloseReason::lagging || reason == CloseReason::disconnected;
    if (isHopeless) {
      gone_.emplace_back(id, socket->ending.value_or(reason));
    } else if (!socket->ending) {
      socket->ending = reason;
      if (!socket->isBlocked) {
        markReady(*socket);
      }
    }
  }
}

void Reactor::markReady(Socket& socket) {
  if (!socket.isReady) {
    socket.isReady = true;
    ready_.push_back(socket.options.connection);
  }
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
