#include "io/reactor/socket_batch.hpp"

#include "io/net/link_state.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace millrace {
void SocketBatch::add(ReactorSocket& socket, Hub& hub, Instant now, std::size_t mostBytes) {
  socket.isInBatch = true;
  if (Turns::awaitsLink(*socket.subscriber)) {
    hub.turns().noteLink(*socket.subscriber, readLinkState(socket.descriptor.native_handle()), now);
  }
  Write write;
  write.socket = &socket;
  write.firstSpan = spans_.bytes.size();
  if (socket.gzip) {
    write.next = compress(socket, hub, now);
  } else if (!socket.isFlushed) {
    const ReadLimits limits{mostBytes, SocketWriter::kMostSpans - 8};
    write.reading = hub.turns().read(*socket.subscriber, now, limits, spans_);
  }
  write.lastSpan = spans_.bytes.size();
  for (std::size_t span = write.firstSpan; span < write.lastSpan; ++span) {
    bytes_ += spans_.bytes[span].size();
  }
  bytes_ += socket.gzip ? socket.gzip->pending().size() : 0;
  writes_.push_back(std::move(write));
}

// What a compressed subscriber reads is copied, small as it is, and counts as taken at once.
ReadNext SocketBatch::compress(ReactorSocket& socket, Hub& hub, Instant now) {
  constexpr ReadLimits kCopied{std::size_t{64} * 1024};
  if (socket.isFlushed || !socket.gzip->pending().empty()) {
    return socket.isFlushed ? ReadNext::nothing : ReadNext::more;
  }
  Spans spans;
  Reading reading = hub.turns().read(*socket.subscriber, now, kCopied, spans);
  socket.gzip->append(spans, 0);
  return hub.turns().taken(std::move(reading), now);
}

void SocketBatch::send() {
  for (Write& write : writes_) {
    ReactorSocket& socket = *write.socket;
    const int descriptor = socket.descriptor.native_handle();
    if (socket.gzip) {
      const std::string_view pending = socket.gzip->pending();
      write.result = socket.writer.send(descriptor, {&pending, 1});
    } else {
      const std::span<const std::string_view> spans(spans_.bytes);
      write.result = socket.writer.send(descriptor, spans.subspan(write.firstSpan, write.lastSpan - write.firstSpan));
    }
    if (socket.isFlushed && socket.options.isReleased && write.result.state == SendState::done) {
      write.result.state = socket.writer.finish(descriptor);
    }
  }
}

SocketNext SocketBatch::note(Write& write, Hub& hub, Instant now) {
  ReactorSocket& socket = *write.socket;
  if (write.result.state == SendState::gone) {
    return SocketNext::closing;
  }
  Turns::countBytes(*socket.subscriber, write.result.taken);
  const ReadNext behind = socket.gzip ? noteCompressed(write) : notePlain(write, hub, now);
  if (write.result.state == SendState::blocked) {
    return SocketNext::writability;
  }
  if (behind == ReadNext::more) {
    return SocketNext::anotherTurn;
  }
  if (behind == ReadNext::store) {
    return SocketNext::nothing;
  }
  if (socket.isFlushed) {
    return SocketNext::closingWhole;
  }
  if (!socket.ending) {
    return SocketNext::nothing;
  }
  socket.isFlushed = true;  // the hub gives an ending subscriber nothing new
  if (socket.gzip) {
    socket.gzip->finish();
  }
  return SocketNext::anotherTurn;
}

// What there is to send behind what was sent.
ReadNext SocketBatch::noteCompressed(const Write& write) {
  GzipStream& gzip = *write.socket->gzip;
  gzip.taken(write.result.taken);
  return gzip.pending().empty() ? write.next : ReadNext::more;
}

ReadNext SocketBatch::notePlain(Write& write, Hub& hub, Instant now) {
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
    hub.turns().takenUpTo(std::move(write.reading), firstUntaken, now, progress);
    return ReadNext::more;
  }
  return write.socket->isFlushed ? ReadNext::nothing : hub.turns().taken(std::move(write.reading), now);
}

std::vector<ReactorSocket*> SocketBatch::abandon() {
  std::vector<ReactorSocket*> sockets;
  sockets.reserve(writes_.size());
  for (const Write& write : writes_) {
    sockets.push_back(write.socket);
  }
  clear();
  return sockets;
}

void SocketBatch::clear() {
  writes_.clear();
  spans_.clear();
  bytes_ = 0;
}

}  // namespace millrace
