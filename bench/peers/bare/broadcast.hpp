#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace bench {

// The limit: one event, one buffer, and one `sendmsg` of it to each connection. No history, no ids, no filters, no limits.
// A connection whose socket is full continues from where it was once epoll says so.
class Broadcast {
 public:
  explicit Broadcast(int epoll) : epoll_(epoll) {}

  // Takes over a non-blocking socket and sends the response's head.
  void open(int descriptor);
  // `frame`: the event as an HTTP chunk.
  void publish(std::string frame);
  // A socket is writable, has data, or has ended.
  void onReady(std::size_t slot, std::uint32_t events);

  [[nodiscard]] std::size_t connections() const { return open_; }

 private:
  struct Client {
    int descriptor = -1;  // -1: gone
    bool isBlocked = false;
    std::size_t frame = 0;   // the next to send, counted since the program began
    std::size_t offset = 0;  // what of it was sent
  };

  void send(std::size_t slot);
  void setBlocked(std::size_t slot, bool blocked);
  void close(Client& client);
  void forgetSent();

  const int epoll_;
  std::vector<Client> clients_;
  std::size_t open_ = 0;
  std::deque<std::string> frames_;  // those that a blocked connection may still need
  std::size_t firstFrame_ = 0;
};

}  // namespace bench
