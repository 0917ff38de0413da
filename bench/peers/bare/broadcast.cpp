#include "peers/bare/broadcast.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace bench {
namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";

}  // namespace

void Broadcast::open(int descriptor) {
  if (::send(descriptor, kHead.data(), kHead.size(), MSG_NOSIGNAL) < 0) {
    ::close(descriptor);
    return;
  }
  clients_.push_back({.descriptor = descriptor, .frame = firstFrame_ + frames_.size()});
  ++open_;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = clients_.size() - 1;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}

void Broadcast::publish(std::string frame) {
  frames_.push_back(std::move(frame));
  for (std::size_t slot = 0; slot < clients_.size(); ++slot)
    if (!clients_[slot].isBlocked)
      send(slot);
  forgetSent();
}

void Broadcast::send(std::size_t slot) {
  Client& client = clients_[slot];
  while (client.descriptor >= 0 && client.frame < firstFrame_ + frames_.size()) {
    std::string& frame = frames_[client.frame - firstFrame_];
    iovec piece{.iov_base = frame.data() + client.offset, .iov_len = frame.size() - client.offset};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    const auto sent = ::sendmsg(client.descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EAGAIN)
        setBlocked(slot, true);
      else
        close(client);
      return;
    }
    client.offset += static_cast<std::size_t>(sent);
    if (client.offset < frame.size())
      continue;
    ++client.frame;
    client.offset = 0;
  }
  if (client.isBlocked)
    setBlocked(slot, false);
}

void Broadcast::setBlocked(std::size_t slot, bool blocked) {
  Client& client = clients_[slot];
  if (client.isBlocked == blocked)
    return;
  client.isBlocked = blocked;
  epoll_event event{};
  event.events = EPOLLIN | (blocked ? EPOLLOUT : 0U);
  event.data.u64 = slot;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.descriptor, &event);
}

void Broadcast::onReady(std::size_t slot, std::uint32_t events) {
  Client& client = clients_[slot];
  if ((events & EPOLLIN) != 0) {
    std::array<char, 2048> request;  // any request is the right one
    if (::recv(client.descriptor, request.data(), request.size(), MSG_DONTWAIT) == 0)
      close(client);
  }
  if ((events & (EPOLLHUP | EPOLLERR)) != 0)
    close(client);
  if ((events & EPOLLOUT) != 0) {
    send(slot);
    forgetSent();
  }
}

void Broadcast::close(Client& client) {
  if (client.descriptor < 0)
    return;
  ::close(client.descriptor);
  client = {};
  --open_;
}

void Broadcast::forgetSent() {
  auto needed = firstFrame_ + frames_.size();
  for (const auto& client : clients_)
    if (client.isBlocked)
      needed = std::min(needed, client.frame);
  for (; firstFrame_ < needed; ++firstFrame_)
    frames_.pop_front();
}

}  // namespace bench
