#include "io/net/socket_writer.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <utility>

namespace millrace {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kFillAtOnce = 4096;

// Filler is one comment line, so that nothing can take it for many signs of life.
constexpr auto kSpaces = [] {
  std::array<char, kFillAtOnce> spaces{};
  spaces.fill(' ');
  return spaces;
}();

// One sendmsg and what became of it, piece by piece.
class Message {
 public:
  Message() : pieces_(memory()) {}

  void append(std::string_view bytes) {
    if (!bytes.empty()) {
      pieces_[count_++] = {std::bit_cast<void*>(bytes.data()), bytes.size()};  // sendmsg only reads
    }
  }

  [[nodiscard]] SendState send(int descriptor) {
    msghdr message{};
    message.msg_iov = pieces_.data();
    message.msg_iovlen = count_;
    ssize_t sent = 0;
    do {
      sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) {
      return SendState::gone;
    }
    left_ = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    return SendState::done;
  }

  // How many of the next `size` bytes were sent.
  std::size_t take(std::size_t size) {
    const std::size_t taken = std::min(size, left_);
    left_ -= taken;
    return taken;
  }

 private:
  using Pieces = std::array<iovec, SocketWriter::kMostSpans + 8>;

  static Pieces& memory() {
    thread_local Pieces pieces{};
    return pieces;
  }

  Pieces& pieces_;  // one message at a time in a thread
  std::size_t count_ = 0;
  std::size_t left_ = 0;
};

// Appends the payload's bytes [from, to).
void appendRange(std::span<const std::string_view> payload, std::size_t from, std::size_t to, Message& message) {
  std::size_t at = 0;
  for (const std::string_view span : payload) {
    const std::size_t begin = std::max(at, from);
    const std::size_t end = std::min(at + span.size(), to);
    if (begin < end) {
      message.append(span.substr(begin - at, end - begin));
    }
    at += span.size();
  }
}

}  // namespace

void SocketWriter::Frame::append(std::string_view text) {
  text.copy(bytes.data() + size, text.size());
  size = static_cast<std::uint8_t>(size + text.size());
}

void SocketWriter::Frame::appendChunkHead(std::size_t chunk) {
  constexpr int kHexadecimal = 16;
  const auto end = std::to_chars(bytes.data() + size, bytes.data() + bytes.size(), chunk, kHexadecimal).ptr;
  size = static_cast<std::uint8_t>(end - bytes.data());
  append(kLineEnd);
}

SendResult SocketWriter::send(int descriptor, std::span<const std::string_view> payload) {
  if (fill_ > 0) {
    const SendState filled = fill(descriptor);
    if (filled != SendState::done) {
      return {filled, 0};
    }
  }
  payload = payload.first(std::min(payload.size(), kMostSpans));
  std::size_t total = 0;
  for (const std::string_view span : payload) {
    total += span.size();
  }
  if (total == 0 && owed_ == 0 && frame_.rest().empty()) {
    return {};
  }
  const std::size_t first = std::min(owed_, total);  // of the open chunk
  const std::size_t second = total - first;          // in a chunk of its own
  Frame between;
  if (owed_ > 0 && first == owed_) {
    between.append(kLineEnd);
  }
  if (second > 0) {
    between.appendChunkHead(second);
  }
  Message message;
  message.append(frame_.rest());
  appendRange(payload, 0, first, message);
  message.append(between.rest());
  appendRange(payload, first, total, message);
  message.append(second > 0 ? kLineEnd : std::string_view{});
  if (message.send(descriptor) == SendState::gone) {
    return {SendState::gone, 0};
  }

  frame_.sent = static_cast<std::uint8_t>(frame_.sent + message.take(frame_.rest().size()));
  if (!frame_.rest().empty()) {
    return {SendState::blocked, 0};
  }
  std::size_t taken = message.take(first);
  owed_ -= taken;
  frame_ = {};
  if (taken < first) {
    return {SendState::blocked, taken};
  }
  if (owed_ > 0) {  // the payload is shorter than what was announced
    fill_ = std::exchange(owed_, 0);
    return {fill(descriptor), taken};
  }
  between.sent = static_cast<std::uint8_t>(message.take(between.size));
  owed_ = second;
  if (!between.rest().empty()) {
    frame_ = between;
    return {SendState::blocked, taken};
  }
  const std::size_t sent = message.take(second);
  owed_ -= sent;
  taken += sent;
  if (owed_ > 0) {
    return {SendState::blocked, taken};
  }
  if (second > 0) {
    frame_.append(kLineEnd);
    frame_.sent = static_cast<std::uint8_t>(message.take(kLineEnd.size()));
  }
  return {frame_.rest().empty() ? SendState::done : SendState::blocked, taken};
}

// A comment line, then the chunk's end. Of one byte it is an empty line, which ends no event: what went before is whole.
SendState SocketWriter::fill(int descriptor) {
  while (fill_ > 0) {
    const bool isBeginning = !hasBegunFill_ && fill_ > 1;
    const std::size_t inner = std::min(fill_ - 1 - (isBeginning ? 1 : 0), kFillAtOnce);
    const bool isLast = inner + 1 + (isBeginning ? 1 : 0) == fill_;
    const std::size_t size = (isBeginning ? 1 : 0) + inner + (isLast ? 1 : 0);
    Message message;
    message.append(frame_.rest());
    message.append(isBeginning ? ":" : "");
    message.append({kSpaces.data(), inner});
    message.append(isLast ? "\n" : "");
    if (message.send(descriptor) == SendState::gone) {
      return SendState::gone;
    }
    frame_.sent = static_cast<std::uint8_t>(frame_.sent + message.take(frame_.rest().size()));
    const std::size_t sent = message.take(size);
    fill_ -= sent;
    hasBegunFill_ = hasBegunFill_ || sent > 0;
    if (sent == 0) {
      return SendState::blocked;
    }
  }
  hasBegunFill_ = false;
  frame_ = {};
  frame_.append(kLineEnd);
  return send(descriptor, {}).state;
}

SendState SocketWriter::finish(int descriptor) {
  if (!isEnding_) {
    fill_ += std::exchange(owed_, 0);
    const SendState state = send(descriptor, {}).state;
    if (state != SendState::done) {
      return state;
    }
    isEnding_ = true;
    frame_ = {};
    frame_.append("0\r\n\r\n");
  }
  return send(descriptor, {}).state;
}

}  // namespace millrace
