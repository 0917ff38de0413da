#pragma once

#include "core/session/receiver.hpp"
#include "fuzz/owned_item.hpp"
#include "io/net/chunked_decoder.hpp"
#include "io/socket_pair.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

// The peer of a connection's socket: decodes the body, and parses the events.
//
// Not thread-safe.
class SocketClient {
 public:
  explicit SocketClient(Descriptor socket) : socket_(std::move(socket)) {}

  // Waits, for a long while if it must, until the condition holds or nothing can come any more. Says whether it holds.
  template <typename Condition>
  bool readUntil(Condition&& condition) {
    while (!condition()) {
      if (!readSome()) {
        return condition();
      }
    }
    return true;
  }
  // Waits for bytes and takes at most so many. False when nothing can come any more.
  bool readSome(std::size_t most = 65536);
  // Takes at most so many of the bytes that are there. False when nothing can come any more.
  bool readThere(std::size_t most = 65536);

  bool readEvents(std::size_t count) {
    return readUntil([&] { return events_.size() >= count; });
  }
  // To the end of the connection.
  void readToEnd() {
    static_cast<void>(readUntil([] { return false; }));
  }

  void send(std::string_view bytes) const;
  void close() { socket_.close(); }
  // It sends no more, and reads on.
  void halfClose() const;
  // What it has not read is thrown away, and the peer is told so (RST).
  void reset();

  [[nodiscard]] int descriptor() const { return socket_.number(); }
  // The events, resumption verdicts and retry times included, and neither the beginning nor the end.
  [[nodiscard]] const std::vector<OwnedItem>& events() const { return events_; }
  // What the notice of the end said; empty: there was none.
  [[nodiscard]] const std::string& end() const { return end_; }
  // Their data.
  [[nodiscard]] std::vector<std::string> data() const;
  [[nodiscard]] const std::string& body() const { return body_; }
  [[nodiscard]] const std::string& lastEventId() const { return lastEventId_; }
  // The body has ended as it should.
  [[nodiscard]] bool isOver() const { return decoder_.isOver(); }
  [[nodiscard]] bool isBroken() const { return decoder_.isBroken(); }
  [[nodiscard]] bool isClosed() const { return isClosed_; }

 private:
  void take(std::string_view bytes);

  Descriptor socket_;
  ChunkedDecoder decoder_;
  Receiver receiver_{ReceiverOptions{0, {}}};
  std::string body_;
  std::string lastEventId_;
  std::vector<OwnedItem> events_;
  std::string end_;
  bool isClosed_ = false;
};

}  // namespace millrace::test
