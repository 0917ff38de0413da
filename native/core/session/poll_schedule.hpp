#pragma once

#include "core/base/instant.hpp"

#include <algorithm>
#include <cstdint>

namespace millrace {

// When to poll and when to try to stream again, while events come by polls.
class PollSchedule {
 public:
  // `every`: the time between two polls while events come; 0: no polling. `after`: attempts to stream in a row that brought nothing.
  PollSchedule(Millis every, std::uint32_t after) : leastEvery_(every), after_(after) {}

  [[nodiscard]] bool isAllowed() const { return leastEvery_ > Millis{0}; }
  // Whether to poll after so many attempts.
  [[nodiscard]] bool isDueAfter(std::uint32_t fruitless) const { return isAllowed() && fruitless >= after_; }

  // Polling begins. Each time, it takes longer until streaming is tried again.
  void begin(Instant now) {
    probeEvery_ = probeEvery_ == Millis{0} ? kFirstProbe : std::min(2 * probeEvery_, kLastProbe);
    probeAt_ = now + probeEvery_;
    every_ = leastEvery_;
  }

  void broughtEvents() { every_ = leastEvery_; }
  // Where nothing happens, it polls less often.
  void broughtNothing() { every_ = std::min(every_ * 3 / 2, leastEvery_ * kMostStretch); }

  // Until the next poll.
  [[nodiscard]] Millis every() const { return every_; }
  [[nodiscard]] Instant probeAt() const { return probeAt_; }

 private:
  static constexpr Millis kFirstProbe{30000};
  static constexpr Millis kLastProbe{300000};
  static constexpr int kMostStretch = 4;

  Millis leastEvery_;
  std::uint32_t after_;
  Millis every_{0};
  Instant probeAt_;
  Millis probeEvery_{0};
};

}  // namespace millrace
