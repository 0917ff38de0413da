#pragma once

#include "core/log/log_store.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// What a row says of the events in it. They follow each other: none was ever between two of them.
struct SegmentHead {
  std::uint64_t after = 0;   // the sequence before the first one
  std::uint64_t first = 0;   // sequence
  std::uint64_t last = 0;    // sequence
  std::uint64_t events = 0;  // how many; at least one
  std::uint64_t bytes = 0;   // of their blocks together
  UnixTime oldest{};         // the earliest and the latest time at which one of them was published
  UnixTime latest{};
};

// Makes one row's blob of some events of one channel: a table of what is to be known of each, and behind it their bytes.
class SegmentBuilder {
 public:
  // A segment is full when it has so many bytes or events. So a row's own costs do not matter, a page seldom reads much that it does
  // not give, and little more is kept than has to be.
  static constexpr std::size_t kBytes = std::size_t{32} * 1024;
  static constexpr std::uint64_t kEvents = 256;

  // Begins a segment behind this sequence; nothing of another one is left.
  void begin(std::uint64_t after);
  // The next event; its sequence is larger than that of the one before.
  void add(const StoredEvent& event);

  [[nodiscard]] bool isEmpty() const { return head_.events == 0; }
  // It has events, is not full, and ends there.
  [[nodiscard]] bool goesOn(std::uint64_t after) const {
    return !isEmpty() && head_.last == after && head_.bytes < kBytes && head_.events < kEvents;
  }
  [[nodiscard]] const SegmentHead& head() const { return head_; }
  [[nodiscard]] std::string blob() const { return table_ + bytes_; }

 private:
  SegmentHead head_;
  std::string table_;
  std::string bytes_;
  std::string label_;  // of the event before, for most have the same
  std::string conflateKey_;
  std::uint64_t before_ = 0;  // the time of the event before
};

// Appends the events that lie in the blob, as views into it. False: the blob is none that belongs to this head, and `events` is as it was.
// The blob may be anything.
[[nodiscard]] bool appendEvents(const SegmentHead& head, std::string_view blob, std::vector<StoredEvent>& events);

}  // namespace millrace
