#include "core/flow/rate_queue.hpp"

#include <utility>

namespace millrace {

RateOutcome RateQueue::pass(const RateLimit& limit, Instant now) {
  return isEmpty() ? limiter_.take(limit, now) : RateOutcome::exceeds;
}

bool RateQueue::hasRoomFor(std::size_t bytes, const RateRule& rule) const {
  return events_.size() < rule.bufferEvents && bytes_ + bytes <= rule.bufferBytes;
}

std::size_t RateQueue::makeRoomFor(std::size_t bytes, const RateRule& rule) {
  std::size_t dropped = 0;
  for (; !isEmpty() && !hasRoomFor(bytes, rule); ++dropped) {
    static_cast<void>(pop());
  }
  return dropped;
}

void RateQueue::push(HeldEvent event) {
  bytes_ += event.bytes();
  events_.push_back(std::move(event));
}

bool RateQueue::letsNext(const RateLimit& limit, Instant now) {
  return !isEmpty() && limiter_.take(limit, now) == RateOutcome::passes;
}

HeldEvent RateQueue::pop() {
  HeldEvent oldest = std::move(events_.front());
  events_.pop_front();
  bytes_ -= oldest.bytes();
  return oldest;
}

}  // namespace millrace
