#include "core/metrics/rate_meter.hpp"

#include <algorithm>

namespace millrace {

void RateMeter::moveTo(Instant now) {
  if (since_ == Instant::max()) {
    since_ = now;
    end_ = now + kSlot;
    return;
  }
  const auto steps = static_cast<std::int64_t>((now - end_) / kSlot) + 1;
  for (std::int64_t step = 0; step < std::min<std::int64_t>(steps, kSlots); ++step) {
    current_ = (current_ + 1) % kSlots;
    slots_[current_] = 0;
  }
  end_ += kSlot * steps;
}

double RateMeter::perSecond(Instant now) const {
  if (since_ == Instant::max()) {
    return 0;
  }
  // The slots that have ended since the last value are empty, and push out the oldest.
  const std::int64_t stale = now < end_ ? 0 : (now - end_) / kSlot + 1;
  std::uint64_t sum = 0;
  for (std::int64_t age = 0; age + stale < std::int64_t{kSlots}; ++age) {
    sum += slots_[(current_ + kSlots - static_cast<std::size_t>(age)) % kSlots];
  }
  const Instant begin = end_ + kSlot * stale - kSlot * std::int64_t{kSlots};
  const Millis span = std::max(kSlot, now - begin);
  return static_cast<double>(sum) * 1000 / static_cast<double>(span.count());
}

}  // namespace millrace
