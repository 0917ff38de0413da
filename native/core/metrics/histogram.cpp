#include "core/metrics/histogram.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace millrace {

void Histogram::add(std::uint64_t value) {
  const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  ++counts_[static_cast<std::size_t>(place)];
  sum_ += value;
}

void Histogram::add(const Histogram& other) {
  for (std::size_t place = 0; place < counts_.size(); ++place) {
    counts_[place] += other.counts_[place];
  }
  sum_ += other.sum_;
}

double quantile(std::span<const std::uint64_t> bounds, std::span<const std::uint64_t> counts, double share) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  double below = 0;
  for (std::size_t place = 0; place < bounds.size(); ++place) {
    const auto here = static_cast<double>(counts[place]);
    if (here > 0 && below + here >= share * total) {
      const double from = place == 0 ? 0 : static_cast<double>(bounds[place - 1]);
      const double width = static_cast<double>(bounds[place]) - from;
      return from + width * std::max(0.0, share * total - below) / here;
    }
    below += here;
  }
  return total > below ? static_cast<double>(bounds.back()) : 0;
}

}  // namespace millrace
