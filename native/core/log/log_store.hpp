#pragma once

#include "core/base/unix_time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// Later than every time of day: "never".
inline constexpr UnixTime kForever = UnixTime::max();

// An event as a store keeps it: what a channel's log holds of it. The views belong to the caller.
struct StoreEntry {
  std::string_view channel;
  std::uint64_t sequence = 0;  // the hub's; it grows within a channel
  // The channel never had an event between this sequence and its own: the one before, whether the store has it or not. By this a
  // reader notices events that are missing.
  std::uint64_t after = 0;
  std::string_view bytes;          // the whole SSE block
  std::string_view label{};        // by which readers choose events; empty: none
  std::string_view conflateKey{};  // empty: none
  UnixTime at{};                   // when it was published
  UnixTime expires = kForever;     // nobody is given it from then on
};

// What else is written with events: the hub's position, so that a later process goes on with it.
struct StorePosition {
  std::uint64_t epoch = 0;
  std::uint64_t newest = 0;           // the newest number that was given, to an event of any channel
  std::uint64_t reservedThrough = 0;  // none above it was given: so many a process may give before it writes again
  // Events of durable channels up to this number were given to readers and are lost: of any channel. 0: none.
  std::uint64_t lostThrough = 0;
  bool isClean = false;      // the process has ended as it should: nothing newer was given, and nothing waits
  bool mayBeBehind = false;  // readers may have been given events of durable channels that are not here
};

// How far a process had come that was killed, as far as that was noted beside the store.
struct MarkedPosition {
  std::uint64_t epoch = 0;
  std::uint64_t newest = 0;  // the newest number that was given
  std::uint64_t ahead = 0;   // the newest event that readers were given before it was stored; 0: none
};

// `failed`: nothing has changed, and the same call may work later.
enum class StoreOutcome : std::uint8_t { done, failed };

// The same event, read back. The views lie in its page.
struct StoredEvent {
  std::uint64_t sequence = 0;
  std::string_view bytes;
  std::string_view label;
  std::string_view conflateKey;
  UnixTime at{};
  UnixTime expires = kForever;
};

// Events of one channel as they are stored, one behind the other.
struct StorePage {
  StoreOutcome outcome = StoreOutcome::done;
  std::vector<StoredEvent> events{};  // in the order of their sequences
  // It has all events of the channel behind `from` up to `through` that the store has. `from` may lie before what was asked for.
  std::uint64_t from = 0;
  std::uint64_t through = 0;
  std::uint64_t lostThrough = 0;  // events between what was asked for and this sequence are missing; 0: none is
  bool hasMore = false;           // behind those
  std::vector<std::unique_ptr<char[]>> buffers{};  // where the bytes lie
};

// What a store has of one channel.
struct StoredChannel {
  std::string key;
  std::uint64_t lostThrough =
      0;                     // of the events up to this sequence some are not there: they are too old, or were lost
  std::uint64_t newest = 0;  // sequence; 0: there never was one
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  UnixTime oldest{};            // when the oldest of them was published, or somewhat earlier
  std::uint64_t endsAfter = 0;  // the channel is closed, and this is its last sequence; 0: it is open

  friend bool operator==(const StoredChannel&, const StoredChannel&) = default;
};

// What there was in a store when it was opened.
struct StoreContents {
  bool isNew = false;  // nothing yet
  StorePosition position{};
  std::uint64_t newestStored = 0;  // the largest sequence of all channels
  std::vector<StoredChannel> channels{};
  bool hasLost = false;  // it was damaged: events that were stored last may be missing, of any channel
};

// What a store keeps of a channel; the oldest events go first.
struct StoreLimits {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  UnixTime since{};  // older ones go
};

// A durable copy of channels' logs: what a log in memory has let go of, or a process that died, is read from it.
//
// Its calls may block, so an adapter makes them from threads of its own and never under the hub's guard. Those that change
// something come one at a time; read() and beforeLast() may be called at the same time as those, from one other thread.
class LogStore {
 public:
  LogStore() = default;
  virtual ~LogStore() = default;
  LogStore(const LogStore&) = delete;
  LogStore& operator=(const LogStore&) = delete;
  LogStore(LogStore&&) = delete;
  LogStore& operator=(LogStore&&) = delete;

  // Stores all of the entries and the position, or nothing. When it returns they are as safe as the store makes anything.
  [[nodiscard]] virtual StoreOutcome append(std::span<const StoreEntry> entries, const StorePosition& position) = 0;
  // The channel's events with a larger sequence, the oldest first, until they have so many bytes; at least one, if there is
  // one. Events that are missing end a page before them, and are told by the next one. A channel that the store does not know is empty.
  [[nodiscard]] virtual StorePage read(std::string_view channel, std::uint64_t after, std::size_t bytes) = 0;
  // Behind which sequence so many of the newest events up to `through` are, or all that there are. 0 where it cannot be read, too.
  [[nodiscard]] virtual std::uint64_t beforeLast(std::string_view channel, std::uint64_t events,
                                                 std::uint64_t through) = 0;
  // Lets go of the channel's oldest events until the limits hold; it may keep some more, as they lie together. Afterwards `channel`
  // is what it has; of one that has nothing left, and is open, it knows nothing more.
  [[nodiscard]] virtual StoreOutcome trim(StoreLimits limits, StoredChannel& channel) = 0;
  // The channel is closed behind this sequence; 0: it is open again.
  [[nodiscard]] virtual StoreOutcome end(std::string_view channel, std::uint64_t after) = 0;
  // Lets go of all that it has of the channel, and leaves no trace of it in its files.
  [[nodiscard]] virtual StoreOutcome forget(std::string_view channel) = 0;
};

}  // namespace millrace
