#pragma once

#include "core/base/wall_clock.hpp"
#include "core/log/channel_log.hpp"
#include "core/log/log_store.hpp"

#include <cstddef>
#include <cstdint>

namespace millrace {

// Some events of one channel, one behind the other, that were read from a store: a log that nobody appends to. Made without the hub's
// guard; many readers share it.
class StoredPiece {
 public:
  // Copies the page's bytes. Events up to a sequence that the store has lost are not in it.
  StoredPiece(const StorePage& page, const WallClock& clock);

  [[nodiscard]] const ChannelLog& log() const { return log_; }
  // It has all events of the channel behind `from` up to `through`.
  [[nodiscard]] std::uint64_t from() const { return from_; }
  [[nodiscard]] std::uint64_t through() const { return through_; }
  // Events up to this sequence are missing, for who asked for them; 0: none.
  [[nodiscard]] std::uint64_t lostThrough() const { return lostThrough_; }
  [[nodiscard]] bool isEmpty() const { return log_.isEmpty(); }
  // What it has asked for.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  ChannelLog log_;
  std::uint64_t from_;
  std::uint64_t through_;
  std::uint64_t lostThrough_;
  std::size_t capacity_;
};

}  // namespace millrace
