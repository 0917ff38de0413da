#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace millrace {

enum class Sighting : std::uint8_t { fresh, repeat };

// Remembers the last N events over one connection after another, each by a fingerprint, oldest out first, in constant
// memory: 8 bytes of ring and 32 of table an event, allocated at once.
//
// An event is a repeat when an earlier connection brought it, as often as those did; within one connection nothing is a
// repeat. So a server that sends its history again shows nothing twice, and one that says the same thing twice is heard
// twice. A repeat does not renew its event's place.
class DedupWindow {
 public:
  static constexpr std::size_t kMostEvents = std::size_t{1} << 20U;

  // `events`: 0 remembers nothing, so everything is fresh; more than kMostEvents are kMostEvents.
  explicit DedupWindow(std::size_t events);

  // A new connection begins.
  void reset() { ++connection_; }

  // Says whether the event with this fingerprint is a repeat, and puts it into the window when it is not there. Two
  // different events are taken for one with a probability of N / 2^64 an event, if the fingerprints are that good.
  [[nodiscard]] Sighting see(std::uint64_t fingerprint);

 private:
  struct Entry {
    std::uint64_t fingerprint = 0;  // 0: free
    std::uint32_t connection = 0;   // that it was last seen on
    std::uint16_t times = 0;        // it was delivered so often; those beyond the type's range are forgotten
    std::uint16_t repeats = 0;      // so many more of this connection's are repeats
  };

  [[nodiscard]] std::size_t find(std::uint64_t fingerprint) const;  // its slot, or the free one where it would go
  void forget(std::uint64_t fingerprint);

  std::size_t events_;
  std::size_t slots_;                      // a power of two
  std::unique_ptr<std::uint64_t[]> ring_;  // in the order of arrival; 0: not used yet
  std::unique_ptr<Entry[]> table_;         // open addressing, linear probing, at most half full
  std::size_t next_ = 0;                   // in the ring
  std::uint32_t connection_ = 0;
};

}  // namespace millrace
