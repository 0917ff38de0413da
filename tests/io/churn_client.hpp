#pragma once

#include "io/socket_client.hpp"
#include "io/test_environment.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace millrace::test {

// What the threads of the churn share.
struct Churn {
  static constexpr std::size_t kChannels = 4;
  static constexpr std::array<std::string_view, kChannels> kKeys{"a", "b", "c", "d"};

  Engine& engine;
  TestEnvironment& environment;
  std::size_t hub = 0;
  std::atomic<std::size_t> steps = 0;      // of all clients
  std::atomic<std::size_t> published = 0;  // by all publishers
  std::atomic<std::size_t> received = 0;
  std::atomic<std::size_t> privates = 0;
  std::atomic<std::size_t> gaps = 0;
  std::atomic<std::size_t> resumed = 0;

  std::mutex mutex{};  // guards:
  std::vector<SubscriberId> connections{};
};

// A client that connects, reads, stalls, resumes and leaves in every way there is, and checks what it is given: its own
// private events, and the numbers of each channel one after the other.
//
// Not thread-safe.
class ChurnClient {
 public:
  ChurnClient(Churn& churn, std::mt19937& random);

  // Does something at random.
  void step();
  void leave() { client_.reset(); }
  [[nodiscard]] bool isConnected() const { return client_.has_value(); }
  // Comes back with the id of its last event, if it had one.
  void connect();

 private:
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
  void read(std::size_t most);
  void check(const OwnedItem& item);
  void checkVerdict(const OwnedItem& item);

  Churn& churn_;
  std::mt19937& random_;
  std::vector<std::size_t> channels_;  // as long as it lives
  std::optional<SocketClient> client_;
  SubscriberId id_ = 0;
  std::string lastEventId_;
  std::size_t checked_ = 0;                                            // of the client's events
  std::size_t stalls_ = 0;                                             // steps to come in which it does not read
  std::uint64_t sequence_ = 0;                                         // of the last event on this connection
  bool mayContinue_ = false;                                           // the first thing is the verdict
  std::array<std::optional<std::size_t>, Churn::kChannels> expected_;  // the next number; none: any
};

}  // namespace millrace::test
