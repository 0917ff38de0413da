#pragma once

#include "core/log/log_store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace millrace {

// A store that is as durable as the process: the simplest that keeps the contract, for tests, and for comparing others with.
class MemoryLogStore : public LogStore {
 public:
  [[nodiscard]] StoreOutcome append(std::span<const StoreEntry> entries, const StorePosition& position) override;
  [[nodiscard]] StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) override;
  [[nodiscard]] std::uint64_t beforeLast(std::string_view channel, std::uint64_t events,
                                         std::uint64_t through) override;
  [[nodiscard]] StoreOutcome trim(StoreLimits limits, StoredChannel& channel) override;
  [[nodiscard]] StoreOutcome end(std::string_view channel, std::uint64_t after) override;
  [[nodiscard]] StoreOutcome forget(std::string_view channel) override;

  // What the last append() said.
  [[nodiscard]] const StorePosition& position() const { return position_; }
  // What it has of all channels.
  [[nodiscard]] std::vector<StoredChannel> channels() const;

 private:
  struct Event {
    std::uint64_t sequence = 0;
    std::uint64_t after = 0;
    std::string bytes;
    std::string label;
    std::string conflateKey;
    UnixTime at{};
    UnixTime expires = kForever;
  };
  struct Log {
    StoredChannel summary;
    std::deque<Event> events;
  };

  [[nodiscard]] Log& logOf(std::string_view channel);

  std::map<std::string, Log, std::less<>> logs_;
  StorePosition position_;
};

}  // namespace millrace
