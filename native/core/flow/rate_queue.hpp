#pragma once

#include "core/base/instant.hpp"
#include "core/flow/flow_event.hpp"
#include "core/flow/flow_rules.hpp"

#include <cstddef>
#include <list>

namespace millrace {

// A rate, and the events that wait for it, in the order in which they came.
class RateQueue {
 public:
  // Whether an event may leave now: nothing waits before it, and the rate lets it. It then counts as having left.
  [[nodiscard]] RateOutcome pass(const RateLimit& limit, Instant now);

  // Whether one of so many bytes fits in beside those that wait.
  [[nodiscard]] bool hasRoomFor(std::size_t bytes, const RateRule& rule) const;
  // Drops the oldest until it does, or none is left. Says how many.
  std::size_t makeRoomFor(std::size_t bytes, const RateRule& rule);
  // The event waits behind all others, whether it fits in or not.
  void push(HeldEvent event);

  // Whether one waits that may leave now; it then counts as having left, and is to be popped.
  [[nodiscard]] bool letsNext(const RateLimit& limit, Instant now);
  // The oldest; only while one waits.
  [[nodiscard]] HeldEvent pop();

  [[nodiscard]] bool isEmpty() const { return events_.empty(); }
  [[nodiscard]] std::size_t events() const { return events_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // When the oldest, or else an event that comes, may leave.
  [[nodiscard]] Instant next(const RateLimit& limit, Instant now) const { return limiter_.next(limit, now); }
  [[nodiscard]] bool isIdle(Instant now) const { return isEmpty() && limiter_.isIdle(now); }

 private:
  RateLimiter limiter_;
  std::list<HeldEvent> events_;  // which takes no memory while nothing waits
  std::size_t bytes_ = 0;
};

}  // namespace millrace
