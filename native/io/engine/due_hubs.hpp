#pragma once

#include "core/base/instant.hpp"

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

namespace millrace {

// When something is due for which hub, by the hubs' handles. Not thread-safe: the engine guards it.
class DueHubs {
 public:
  // A hub more, with the next handle.
  void add() { noted_.push_back(kNever); }
  void note(std::size_t hub, Instant next);
  [[nodiscard]] std::vector<std::size_t> dueAt(Instant now) const;
  // kNever: nothing is.
  [[nodiscard]] Instant next() const { return due_.empty() ? kNever : due_.begin()->first; }

 private:
  std::vector<Instant> noted_;                     // by handle
  std::set<std::pair<Instant, std::size_t>> due_;  // of the hubs that have a deadline
};

}  // namespace millrace
