#pragma once

#include "load/histogram.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// What the verified connections of a group found, together.
struct Tally {
  std::uint64_t lost = 0;       // numbers that were skipped
  std::uint64_t repeated = 0;   // numbers that did not rise
  std::uint64_t malformed = 0;  // data without the numbers, or several data lines
  Histogram latency;
};

// Reads every event: its data is JSON that begins with `{"c":channel,"n":number,"t":nanoseconds`. The number must rise by one
// for each event of its channel; `t` is when it was published (CLOCK_MONOTONIC).
class EventVerifier {
 public:
  static constexpr std::size_t kChannels = 8;
  static constexpr std::size_t kLongestBlock = 1 << 20;  // a longer one counts as malformed

  // `now`: when the bytes came.
  void feed(std::string_view bytes, std::int64_t now, Tally& tally);

  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  void block(std::string_view text, std::int64_t now, Tally& tally);
  void data(std::string_view json, std::int64_t now, Tally& tally);

  std::string begun_;  // a block whose end has not come
  std::uint64_t events_ = 0;
  std::array<std::int64_t, kChannels> last_{};  // 0: none yet
};

}  // namespace bench
