#pragma once

#include "core/identity/event_id.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace millrace {

// The numbers of a hub's events: one sequence over all its channels, within one epoch (a life of the hub).
class Sequence {
 public:
  explicit Sequence(std::uint64_t epoch) : epoch_(epoch) {}

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  // Of the newest event; 0 when there is none.
  [[nodiscard]] std::uint64_t newest() const { return newest_; }
  // Gives the next number to an event.
  std::uint64_t advance() { return ++newest_; }

  // The id of an event, and the cursor of a client that has everything up to it; never beyond the newest event.
  [[nodiscard]] std::string idOf(std::uint64_t number) const {
    return formatEventId({epoch_, std::min(number, newest_)});
  }
  // The id that the next event gets.
  [[nodiscard]] std::string nextId() const { return formatEventId({epoch_, newest_ + 1}); }

 private:
  const std::uint64_t epoch_;
  std::uint64_t newest_ = 0;
};

}  // namespace millrace
