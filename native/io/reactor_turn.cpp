// The reactor's turns: what its sockets are to be sent, and what became of it; see reactor.hpp.
#include "io/reactor.hpp"

#include "io/engine.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// Looked up under one lock, then sent without it.
constexpr std::size_t kBatch = 64;
constexpr ReadLimits kReadLimits{std::size_t{1024} * 1024, SocketWriter::kMostSpans - 8};

}  // namespace

void Reactor::turn() {
  isPosted_ = false;
  std::vector<std::size_t> hubsOfReady;
  for (const ConnectionId id : ready_) {
    if (const Socket* const socket = find(id)) {
      hubsOfReady.push_back(socket->options.hub);
    }
  }
  hubs_ = engine_.beginTurn(owner_, std::move(hubsOfReady));
  engine_.deflatePending(hubs_);
  for (bool isFirst = true; gatherBatch(isFirst); isFirst = false) {
    sendBatch();
  }
  engine_.exclusively(hubs_, [this](Engine::Hubs hubs, Instant now) {
    for (const std::size_t handle : hubs_) {
      hubs[handle]->settle(owner_, now);
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
  return engine_.exclusively(hubs_, [this, isFirst](Engine::Hubs hubs, Instant now) {
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
    for (const std::size_t handle : hubs_) {
      Hub* const hub = hubs[handle];
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
    markReady(socket);  // what it is offered now came after it was read for this batch
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
    const Progress progress = write.result.taken > 0 ? Progress::some : Progress::none;
    hub.takenUpTo(*write.socket->connection, firstUntaken, now, progress);
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

void Reactor::markReady(Socket& socket) {
  if (!socket.isReady) {
    socket.isReady = true;
    ready_.push_back(socket.options.connection);
  }
}

}  // namespace millrace
