#pragma once

#include "io/engine/engine.hpp"
#include "io/reactor/reactor.hpp"
#include "io/reactor/reactor_pool.hpp"
#include "io/socket_client.hpp"
#include "io/socket_pair.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

namespace millrace::test {

// Without heartbeats, so that nothing comes that the test did not ask for.
[[nodiscard]] OpenOptions quiet();

// What a JavaScript environment is to the engine, as far as its connections are given to sockets: it opens them, and is told
// of their end. It collects when the test waits for something, or never.
//
// Thread-safe.
class TestEnvironment {
 public:
  explicit TestEnvironment(Engine& engine);
  // Detaches it, unless that was done.
  ~TestEnvironment();
  TestEnvironment(const TestEnvironment&) = delete;
  TestEnvironment& operator=(const TestEnvironment&) = delete;

  void detach();

  // Opens a connection and joins it to the channel, unless that is empty; no reactor has it yet.
  [[nodiscard]] SubscriberId open(std::size_t hub, std::string_view channel, const OpenOptions& options = quiet());
  // Gives it to the socket.
  void adopt(std::size_t hub, SubscriberId id, Descriptor socket, bool isReleased = true);

  // Waits until the connection's socket is closed; why.
  [[nodiscard]] std::optional<CloseReason> waitForEnd(SubscriberId id);
  // Whether its socket was closed by now.
  [[nodiscard]] bool hasEnded(SubscriberId id);

  [[nodiscard]] OwnerId owner() const { return owner_; }

 private:
  void collect();

  Engine& engine_;
  OwnerId owner_ = 0;

  std::mutex mutex_;  // guards:
  bool isWoken_ = false;
  bool isDetached_ = false;
  std::map<SubscriberId, CloseReason> ended_;
  std::condition_variable changed_;
};

// Publishes, again as long as the hub is overloaded.
Receipt publishTo(Engine& engine, std::size_t hub, std::string_view channel, std::string_view data,
                  std::string_view type = "");
// To one connection; nothing happens when it has gone.
void sendTo(Engine& engine, std::size_t hub, SubscriberId id, std::string_view data);

}  // namespace millrace::test
