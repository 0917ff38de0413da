#include "io/socket_client.hpp"

#include "core/wire/notice.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace millrace::test {

bool SocketClient::readSome(std::size_t most) {
  constexpr int kPatienceMs = 60000;
  if (isClosed_ || !socket_.isOpen()) {
    return false;
  }
  pollfd waiting{socket_.number(), POLLIN, 0};
  const int ready = ::poll(&waiting, 1, kPatienceMs);
  if (ready < 0 && errno == EINTR) {
    return true;
  }
  EXPECT_EQ(ready, 1) << "nothing came for a minute";
  return ready == 1 && readThere(most);
}

bool SocketClient::readThere(std::size_t most) {
  std::array<char, 65536> bytes{};
  const ssize_t size = ::recv(socket_.number(), bytes.data(), std::min(most, bytes.size()), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    return true;
  }
  if (size <= 0) {
    isClosed_ = true;
    return false;
  }
  take({bytes.data(), static_cast<std::size_t>(size)});
  return true;
}

void SocketClient::take(std::string_view bytes) {
  std::string decoded;
  decoder_.feed(bytes, decoded);
  EXPECT_FALSE(decoder_.isBroken()) << "behind " << body_.size() << " bytes of body";
  body_.append(decoded);
  receiver_.begin(decoded);
  while (const ParsedItem* const item = receiver_.next()) {
    const bool isEvent = item->kind == ParsedItem::Kind::event;
    if (isEvent && item->type == kEndType) {
      end_ = item->data;
    } else if (!isEvent || item->type != kBeginType) {
      events_.push_back(own(*item));
    }
  }
  lastEventId_ = receiver_.lastEventId();
}

void SocketClient::send(std::string_view bytes) const {
  EXPECT_EQ(::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

void SocketClient::halfClose() const { ::shutdown(socket_.number(), SHUT_WR); }

void SocketClient::reset() {
  const linger none{1, 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  socket_.close();
}

std::vector<std::string> SocketClient::data() const {
  std::vector<std::string> all;
  for (const OwnedItem& event : events_) {
    all.push_back(event.data);
  }
  return all;
}

}  // namespace millrace::test
