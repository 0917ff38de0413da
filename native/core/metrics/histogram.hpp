#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace {

// How many values there were up to each of some bounds, and their sum: a histogram as Prometheus has it.
class Histogram {
 public:
  // `bounds` ascend, and outlive it. Values above the last have a place of their own.
  explicit Histogram(std::span<const std::uint64_t> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

  void add(std::uint64_t value);
  // What another one of the same bounds has counted.
  void add(const Histogram& other);

  [[nodiscard]] std::span<const std::uint64_t> bounds() const { return bounds_; }
  // Of each bound the values up to it and above the one before; of the last place those above all bounds.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::span<const std::uint64_t> bounds_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t sum_ = 0;
};

// The value below which this share (0 to 1) of the values lies, as if they were spread evenly between two bounds. Values above the
// last bound count as the last bound; 0 where there are none.
[[nodiscard]] double quantile(std::span<const std::uint64_t> bounds, std::span<const std::uint64_t> counts,
                              double share);

}  // namespace millrace
