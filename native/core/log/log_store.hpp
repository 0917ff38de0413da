#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// An event as a store keeps it: what a channel's log holds of it. The views belong to the caller.
struct StoreEntry {
  std::string_view channel;
  std::uint64_t sequence = 0;   // the hub's; it grows within a channel
  std::string_view bytes;       // the whole SSE block
  std::uint64_t typeHash = 0;   // of the event type
  std::uint64_t labelHash = 0;  // of its label; 0: it has none
};

// The same, read back.
struct StoredEvent {
  std::uint64_t sequence = 0;
  std::string bytes;
  std::uint64_t typeHash = 0;
  std::uint64_t labelHash = 0;

  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

// `failed`: nothing has changed, and the same call may work later.
enum class StoreOutcome : std::uint8_t { done, failed };

struct StorePage {
  StoreOutcome outcome = StoreOutcome::done;
  std::vector<StoredEvent> events;  // in the order of their sequences
  bool hasMore = false;             // behind those
};

// A durable copy of channels' logs: what a log in memory has let go of, or a process that died, is read from it.
//
// It may block, so an adapter calls it from a thread of its own and never under the hub's guard: the hub gives the entries to
// be stored by StoreQueue::jobs(), and is told of the outcome by StoreQueue::finish(). Calls come one at a time.
class LogStore {
 public:
  LogStore() = default;
  virtual ~LogStore() = default;
  LogStore(const LogStore&) = delete;
  LogStore& operator=(const LogStore&) = delete;
  LogStore(LogStore&&) = delete;
  LogStore& operator=(LogStore&&) = delete;

  // Stores all of the entries, or none. When it returns they are as safe as the store makes anything.
  [[nodiscard]] virtual StoreOutcome append(std::span<const StoreEntry> entries) = 0;
  // The channel's events with a larger sequence, the oldest first, until they have so many bytes; at least one, if there is
  // one. A channel that the store does not know is empty.
  [[nodiscard]] virtual StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) = 0;
  // Lets go of the channel's events up to this sequence.
  [[nodiscard]] virtual StoreOutcome trim(std::string_view channel, std::uint64_t through) = 0;
  // Lets go of all that it has of the channel.
  [[nodiscard]] virtual StoreOutcome forget(std::string_view channel) = 0;
};

}  // namespace millrace
