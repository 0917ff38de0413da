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

// Looked up under one lock, then sent without it.
constexpr std::size_t kBatch = 64;

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

// --- a turn

void Reactor::turn() {
  std::vector<std::size_t> hubsOfReady;
  for (const SubscriberId id : ready_) {
    if (const ReactorSocket* const socket = find(id)) {
      hubsOfReady.push_back(socket->options.hub);
    }
  }
  turns_ = engine_.beginTurn(owner_, std::move(hubsOfReady));
  hubs_.clear();
  for (const HubTurn& one : turns_) {
    hubs_.push_back(one.hub);
  }
  engine_.deflatePending(hubs_);
  isReadyServed_ = false;
  while (gatherBatch()) {
    batch_.send();
  }
  engine_.exclusively(hubs_, [this](Engine::Hubs hubs, Instant now) {
    for (HubTurn& one : turns_) {
      hubs[one.hub]->turns().settle(std::move(one.turn), now);
    }
  });
  finishGone();
  if (!ready_.empty()) {
    wake();
  }
}

// Notes what became of the last batch and looks up the next, under one lock. False when the turn is over. First come those that have
// news, all of them; then some of those that are behind, for whoever waits for news waits for the end of this turn. The others have theirs in the next.
bool Reactor::gatherBatch() {
  return engine_.exclusively(hubs_, [this](Engine::Hubs hubs, Instant now) {
    batch_.finish([&](const ReactorSocket& socket) -> Hub& { return *hubs[socket.options.hub]; }, now,
                  [this](ReactorSocket& socket, SocketNext next) { act(socket, next); });
    bool hasMore = false;
    for (const HubTurn& one : turns_) {
      Hub& hub = *hubs[one.hub];
      Turn turn;
      hasMore = hub.turns().collect(one.turn, kBatch, now, turn) || hasMore;
      takeClosing(turn);
      for (void* const assigned : turn.sockets) {
        auto& socket = *static_cast<ReactorSocket*>(assigned);
        if (!socket.isBlocked && Turns::isCatchingUp(*socket.subscriber)) {
          hub.turns().postpone(*socket.subscriber, now);
          markReady(socket);
        } else if (!socket.isBlocked) {
          addToBatch(socket, hub, now);
        }
      }
    }
    if (!hasMore && batch_.isEmpty() && !std::exchange(isReadyServed_, true)) {
      gatherReady(hubs, now);
    }
    return hasMore || !batch_.isEmpty();
  });
}

void Reactor::gatherReady(std::span<Hub* const> hubs, Instant now) {
  constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;
  constexpr std::size_t kOfOne = std::size_t{128} * 1024;
  for (std::size_t left = ready_.size(); left > 0 && batch_.bytes() < kMostBytes; --left) {
    ReactorSocket* const socket = find(ready_.front());
    ready_.pop_front();
    if (socket == nullptr) {
      continue;
    }
    socket->isReady = false;
    if (!socket->isBlocked) {  // else it is ready again when it takes something
      batch_.add(*socket, *hubs[socket->options.hub], now, kOfOne);
    }
  }
}

void Reactor::addToBatch(ReactorSocket& socket, Hub& hub, Instant now) {
  if (socket.isInBatch) {
    markReady(socket);  // what it is offered now came after it was read for this batch
  } else {
    batch_.add(socket, hub, now);
  }
}

void Reactor::act(ReactorSocket& socket, SocketNext next) {
  switch (next) {
    case SocketNext::nothing:
      return;
    case SocketNext::anotherTurn:
      markReady(socket);
      return;
    case SocketNext::writability:
      waitUntilWritable(socket);
      return;
    case SocketNext::closing:
      gone_.emplace_back(socket.id(), socket.ending.value_or(CloseReason::disconnected));
      return;
    case SocketNext::closingWhole:
      gone_.emplace_back(socket.id(), *socket.ending);
      return;
  }
}

void Reactor::takeClosing(const Turn& turn) {
  for (const auto& [id, reason] : turn.closing) {
    ReactorSocket* const socket = find(id);
    if (socket == nullptr) {
      continue;
    }
    if (isHopeless(reason)) {
      gone_.emplace_back(id, socket->ending.value_or(reason));
    } else if (!socket->ending) {
      socket->ending = reason;
      if (!socket->isBlocked) {
        markReady(*socket);
      }
    }
  }
}

void Reactor::markReady(ReactorSocket& socket) {
  if (!socket.isReady) {
    socket.isReady = true;
    ready_.push_back(socket.id());
  }
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
