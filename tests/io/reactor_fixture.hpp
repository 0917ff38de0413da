#pragma once

#include "io/engine/engine.hpp"
#include "io/socket_client.hpp"
#include "io/socket_pair.hpp"
#include "io/test_environment.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::test {

// An engine with one environment and one hub, and connections of it on real sockets.
class ReactorTest : public ::testing::Test {
 protected:
  ReactorTest() { configure({}); }

  static OpenOptions resuming(std::string_view lastEventId) {
    OpenOptions options = quiet();
    options.lastEventId = lastEventId;
    return options;
  }

  // "7", "8", "9"
  static std::vector<std::string> numbers(std::size_t from, std::size_t to) {
    std::vector<std::string> all;
    for (std::size_t n = from; n < to; ++n) {
      all.push_back(std::to_string(n));
    }
    return all;
  }

  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t times = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
      ++times;
    }
    return times;
  }

  // Gives an open connection a socket, and its peer.
  std::unique_ptr<SocketClient> adopt(SocketKind kind, SubscriberId id, int bufferBytes = 0) {
    SocketPair pair = connectedPair(kind, bufferBytes);
    environment.adopt(hub, id, std::move(pair.server));
    return std::make_unique<SocketClient>(std::move(pair.client));
  }

  // `last` is the connection.
  std::unique_ptr<SocketClient> connect(SocketKind kind, std::string_view channel, int bufferBytes = 0,
                                        const OpenOptions& options = quiet()) {
    last = environment.open(hub, channel, options);
    return adopt(kind, last, bufferBytes);
  }

  Receipt publish(std::string_view channel, std::string_view data) { return publishTo(engine, hub, channel, data); }
  void sendTo(SubscriberId id, std::string_view data) { test::sendTo(engine, hub, id, data); }

  bool end(SubscriberId id, CloseReason reason) {
    return engine.with(hub, [&](Hub& chosen, Instant now) { return chosen.end(id, reason, now); });
  }

  // Events may be as large as a history.
  void configure(HubOptions options) {
    options.maxBytes = options.history.bytes;
    engine.with(hub, [&](Hub& chosen, Instant) { chosen.configure(options); });
  }

  std::size_t openConnections() {
    return engine.with(hub, [](Hub& chosen, Instant) { return chosen.census().stats().connections; });
  }

  Engine engine;
  std::size_t hub = engine.hub("hub");
  TestEnvironment environment{engine};
  SubscriberId last = 0;
};

}  // namespace millrace::test
