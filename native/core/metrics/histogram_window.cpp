#include "core/metrics/histogram_window.hpp"

#include <algorithm>
#include <cstddef>

namespace millrace {

std::vector<std::uint64_t> HistogramWindow::look(std::span<const std::uint64_t> counts, Instant now) {
  looks_.push_back({now, {counts.begin(), counts.end()}});
  while (looks_.size() > 1 && looks_[1].at + kWindow <= now) {
    looks_.pop_front();
  }
  std::vector<std::uint64_t> recent(counts.begin(), counts.end());
  const std::vector<std::uint64_t>& before = looks_.front().counts;
  for (std::size_t place = 0; place < std::min(recent.size(), before.size()); ++place) {
    recent[place] -=
        std::min(recent[place], before[place]);  // fewer than before: a policy is gone, with what it counted
  }
  return recent;
}

}  // namespace millrace
