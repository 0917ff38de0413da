#pragma once

#include "core/hub/hub.hpp"
#include "core/log/segment_chain.hpp"
#include "io/net/socket_writer.hpp"
#include "io/reactor/reactor_socket.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace {

// What a socket needs after a batch.
enum class SocketNext : std::uint8_t {
  nothing,       // until the hub has news for it
  anotherTurn,   // there is more to send than was sent
  writability,   // it takes nothing more at present
  closing,       // its peer has gone
  closingWhole,  // everything is sent, its end included
};

// Sockets that are read under one lock, and then written to without it; the spans lie in the logs, where their pins keep them.
//
// On the reactor's thread only.
class SocketBatch {
 public:
  // Reads what the socket's subscriber has, at most about so many bytes, under the hub's guard. The socket must not be in the batch already.
  void add(ReactorSocket& socket, Hub& hub, Instant now, std::size_t mostBytes = kMostBytes);
  // Writes all of it, without the guard.
  void send();

  [[nodiscard]] bool isEmpty() const { return writes_.empty(); }
  // About how many it is to write.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Tells the hubs, under their guard, what became of everything, and empties the batch. `next(socket, SocketNext)` is called
  // for each socket.
  template <typename HubOf, typename Next>
  void finish(HubOf&& hubOf, Instant now, Next&& next) {
    for (Write& write : writes_) {
      write.socket->isInBatch = false;
      next(*write.socket, note(write, hubOf(*write.socket), now));
    }
    clear();
  }
  // What became of it is unknown: forgets everything. Gives its sockets.
  [[nodiscard]] std::vector<ReactorSocket*> abandon();

 private:
  static constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;

  struct Write {
    ReactorSocket* socket = nullptr;
    Reading reading;
    std::size_t firstSpan = 0;
    std::size_t lastSpan = 0;           // behind the last
    ReadNext next = ReadNext::nothing;  // of a compressed subscriber, which has taken what was read
    SendResult result;
  };

  void clear();
  [[nodiscard]] static ReadNext compress(ReactorSocket& socket, Hub& hub, Instant now);
  [[nodiscard]] SocketNext note(Write& write, Hub& hub, Instant now);
  [[nodiscard]] static ReadNext noteCompressed(const Write& write);
  [[nodiscard]] ReadNext notePlain(Write& write, Hub& hub, Instant now);

  std::vector<Write> writes_;
  Spans spans_;
  std::size_t bytes_ = 0;
};

}  // namespace millrace
