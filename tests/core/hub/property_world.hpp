#pragma once

#include "core/hub/hub.hpp"
#include "core/hub/test_turns.hpp"
#include "core/identity/event_id.hpp"
#include "core/support/flaky_log_store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  std::size_t below(std::size_t bound) { return engine_() % bound; }
  bool chance(std::size_t percent) { return below(100) < percent; }
  double unit() { return static_cast<double>(engine_()) / 4294967296.0; }

 private:
  std::mt19937 engine_;
};

inline constexpr std::size_t kChannels = 4;
inline constexpr std::array<std::string_view, kChannels> kKeys = {"alpha", "beta", "gamma", "delta"};
inline constexpr std::array<std::string_view, 3> kTypes = {"", "tick", "tock"};
inline constexpr std::array<std::string_view, 4> kLabels = {"", "", "red", "blue"};

// An event that the hub accepted, as the test remembers it.
struct Published {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::size_t channel = 0;
  std::string id;
  std::string_view type;
  std::string_view label;
  std::string conflateKey;
  Instant at;
  Instant expires = kNever;
  bool isRefused = false;  // by the store: nobody may be given it
};

// The server's side of the property test: a hub on a fake clock, and everything that was ever published in it.
class World {
 public:
  explicit World(Random& random);

  Hub& hub() { return *hub_; }
  TestTurns& turns() { return *turns_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const HubOptions& options() const { return options_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  // The sequence of the newest event of any channel.
  [[nodiscard]] std::uint64_t head() const { return head_; }
  SubscriberId newConnectionId() { return ++lastConnection_; }

  void publish();
  // An event with a number that is no channel's.
  void sendTo(SubscriberId id);
  // All that the connection has, taken.
  std::string readAll(SubscriberId id);
  // The store is given some events, or answers late what became of them; and it is asked for some, or answers.
  void storeSome();
  // Nothing waits for the store any more.
  void storeAll();
  // All that the store has of its channels is what it has accepted, in order.
  void checkStore();
  // Everything that the owner is to do in this turn; it then settles.
  [[nodiscard]] Turn beginTurn(OwnerId owner);
  void pass(Millis time);
  // Nothing happens any more but what the test itself does.
  void rest() { isAtRest_ = true; }
  [[nodiscard]] bool isAtRest() const { return isAtRest_; }
  // A new life of the server; its connections must be gone. With a store it goes on, without what was not stored yet.
  void restart();

  // All of one channel in the current epoch, oldest first.
  [[nodiscard]] const std::vector<Published>& channel(std::size_t channel) const { return channels_.at(channel); }
  // None for an event that was sent to one connection.
  [[nodiscard]] const Published* find(const std::string& id) const;
  // The channel's oldest event that no limit of the history can have evicted yet, or what follows the head. Of a durable one, what follows the
  // last one that was lost.
  [[nodiscard]] std::uint64_t firstKept(std::size_t channel) const;
  [[nodiscard]] Durability durability(std::size_t channel) const;
  // Whether a reader may go without the event: it has expired, or a newer one of its conflation key is there.
  [[nodiscard]] bool isReplaced(const Published& event) const;

 private:
  Random& random_;
  HubOptions options_;
  Instant now_{Millis(1000)};
  std::uint64_t epoch_ = 100;
  std::uint64_t head_ = 0;
  std::uint64_t events_ = 0;  // in all epochs
  SubscriberId lastConnection_ = 0;
  bool isAtRest_ = false;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<TestTurns> turns_;
  std::array<std::vector<Published>, kChannels> channels_;
  std::map<std::string, Published> byId_;

  [[nodiscard]] bool isDurable() const { return !options_.policies.empty(); }
  void openStore();
  StoreStart comeBack();
  StoreOutcome store();
  void noteRefused();
  void refuse(std::size_t channel, std::uint64_t sequence);
  void refuseUnstored(std::size_t channel);
  void readStore();

  std::unique_ptr<FlakyLogStore> store_;
  std::optional<StoreWork> storing_;  // given to the store, which has not answered yet
  std::vector<ReadJob> reading_;      // the same
  std::array<std::uint64_t, kChannels> lostThrough_{};
  std::uint64_t lifeBegan_ = 0;  // the head then
  bool isStoreUp_ = true;
};

}  // namespace millrace::test
