#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace bench {

// Times in nanoseconds, each kept to 1/64 of its size: 20 KiB, however many there are.
class Histogram {
 public:
  void add(std::int64_t ns) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
    ++counts_[bucketOf(value)];
    ++samples_;
    max_ = std::max(max_, value);
  }

  // The smallest time that `share` of the samples do not exceed; 0 without samples.
  [[nodiscard]] std::int64_t quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(samples_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen > wanted)
        return static_cast<std::int64_t>(std::min(topOf(bucket), max_));
    }
    return max();
  }

  [[nodiscard]] std::int64_t max() const { return static_cast<std::int64_t>(max_); }
  [[nodiscard]] std::int64_t samples() const { return static_cast<std::int64_t>(samples_); }

 private:
  static constexpr unsigned kBits = 6;  // 64 buckets for each doubling
  static constexpr std::size_t kBuckets = (44 - kBits) << kBits;

  static std::size_t bucketOf(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= kBits + 1)
      return static_cast<std::size_t>(value);
    const auto shift = width - kBits - 1;
    return std::min((static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(value >> shift),
                    kBuckets - 1);
  }
  static std::uint64_t topOf(std::size_t bucket) {
    if (bucket < (std::size_t{2} << kBits))
      return bucket;
    const auto shift = (bucket >> kBits) - 1;
    return ((bucket - (shift << kBits) + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t samples_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
