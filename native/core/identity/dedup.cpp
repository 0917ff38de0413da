#include "core/identity/dedup.hpp"

#include "core/base/hash.hpp"

#include <algorithm>
#include <bit>

namespace millrace {
namespace {

// 0 marks a free slot.
std::uint64_t hashOf(std::string_view id) { return std::max<std::uint64_t>(hash64(id), 1); }

}  // namespace

DedupWindow::DedupWindow(std::size_t ids)
    : ids_(std::min(ids, kMostIds)),
      slots_(std::bit_ceil(ids_ * 2)),
      ring_(new std::uint64_t[ids_]()),
      table_(new std::uint64_t[slots_]()) {}

Sighting DedupWindow::see(std::string_view id) {
  if (ids_ == 0) {
    return Sighting::fresh;
  }
  const std::uint64_t hash = hashOf(id);
  std::size_t slot = find(hash);
  if (table_[slot] == hash) {
    return Sighting::repeat;
  }
  if (ring_[next_] != 0) {
    forget(ring_[next_]);
    slot = find(hash);  // what was behind the forgotten one has moved up
  }
  table_[slot] = hash;
  ring_[next_] = hash;
  next_ = next_ + 1 == ids_ ? 0 : next_ + 1;
  return Sighting::fresh;
}

std::size_t DedupWindow::find(std::uint64_t hash) const {
  const std::size_t mask = slots_ - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  while (table_[slot] != 0 && table_[slot] != hash) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

// Backward shift deletion (Knuth, TAOCP 3, 6.4, algorithm R): no tombstones, so the table never needs cleaning.
void DedupWindow::forget(std::uint64_t hash) {
  const std::size_t mask = slots_ - 1;
  std::size_t hole = find(hash);
  for (std::size_t slot = (hole + 1) & mask; table_[slot] != 0; slot = (slot + 1) & mask) {
    const std::size_t home = static_cast<std::size_t>(table_[slot]) & mask;
    if (((slot - home) & mask) >= ((slot - hole) & mask)) {
      table_[hole] = table_[slot];
      hole = slot;
    }
  }
  table_[hole] = 0;
}

}  // namespace millrace
