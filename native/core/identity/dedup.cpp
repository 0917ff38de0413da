#include "core/identity/dedup.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace millrace {

DedupWindow::DedupWindow(std::size_t events)
    : events_(std::min(events, kMostEvents)),
      slots_(std::bit_ceil(events_ * 2)),
      ring_(new std::uint64_t[events_]()),
      table_(new Entry[slots_]()) {}

Sighting DedupWindow::see(std::uint64_t fingerprint) {
  if (events_ == 0) {
    return Sighting::fresh;
  }
  fingerprint = std::max<std::uint64_t>(fingerprint, 1);  // 0 marks a free slot
  std::size_t slot = find(fingerprint);
  if (table_[slot].fingerprint == fingerprint) {
    Entry& entry = table_[slot];
    if (entry.connection != connection_) {
      entry.connection = connection_;
      entry.repeats = entry.times;
    }
    if (entry.repeats > 0) {
      --entry.repeats;
      return Sighting::repeat;
    }
    if (entry.times < std::numeric_limits<std::uint16_t>::max()) {
      ++entry.times;
    }
    return Sighting::fresh;
  }
  if (ring_[next_] != 0) {
    forget(ring_[next_]);
    slot = find(fingerprint);  // what was behind the forgotten one has moved up
  }
  table_[slot] = {fingerprint, connection_, 1, 0};
  ring_[next_] = fingerprint;
  next_ = next_ + 1 == events_ ? 0 : next_ + 1;
  return Sighting::fresh;
}

std::size_t DedupWindow::find(std::uint64_t fingerprint) const {
  const std::size_t mask = slots_ - 1;
  std::size_t slot = static_cast<std::size_t>(fingerprint) & mask;
  while (table_[slot].fingerprint != 0 && table_[slot].fingerprint != fingerprint) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

// Backward shift deletion (Knuth, TAOCP 3, 6.4, algorithm R): no tombstones, so the table never needs cleaning.
void DedupWindow::forget(std::uint64_t fingerprint) {
  const std::size_t mask = slots_ - 1;
  std::size_t hole = find(fingerprint);
  for (std::size_t slot = (hole + 1) & mask; table_[slot].fingerprint != 0; slot = (slot + 1) & mask) {
    const std::size_t home = static_cast<std::size_t>(table_[slot].fingerprint) & mask;
    if (((slot - home) & mask) >= ((slot - hole) & mask)) {
      table_[hole] = table_[slot];
      hole = slot;
    }
  }
  table_[hole] = {};
}

}  // namespace millrace
