#pragma once

#include "core/base/instant.hpp"

#include <algorithm>

namespace millrace {

// Notices that a connection has fallen silent: nothing came for a threshold, heartbeats included. A silence that only looks
// like one, because the page was frozen or hidden, is granted one more heartbeat. Each that was one stretches the next
// threshold (twice, four times), for on a bad network reconnecting early makes it worse; a connection that holds takes that back.
class Watchdog {
 public:
  // A connection has opened. `threshold` 0: never. `heartbeat` 0: unknown.
  void begin(Instant now, Millis threshold, Millis heartbeat) {
    threshold_ = threshold;
    heartbeat_ = heartbeat;
    begunAt_ = heardAt_ = now;
    isGranted_ = false;
  }

  void heard(Instant now) {
    heardAt_ = std::max(heardAt_, now);
    isGranted_ = false;
    if (now - begunAt_ >= 2 * patience()) {
      stretch_ = 1;
    }
  }

  // The page was away: what the connection has sent meanwhile has yet to be read. Once until something is heard.
  void grant(Instant now) {
    if (!isGranted_) {
      isGranted_ = true;
      heardAt_ = std::max(heardAt_, now + interval() - patience());
    }
  }

  void fired() { stretch_ = std::min(2 * stretch_, kMostStretch); }

  [[nodiscard]] Instant deadline() const { return threshold_ == Millis{0} ? kNever : heardAt_ + patience(); }
  // A timer that comes a heartbeat too late has been held up with the whole page.
  [[nodiscard]] bool isLate(Instant now) const { return !isGranted_ && now - deadline() > interval(); }
  // As the server says it; 0: unknown.
  [[nodiscard]] Millis heartbeat() const { return heartbeat_; }
  // What is taken for the time between two heartbeats.
  [[nodiscard]] Millis interval() const { return heartbeat_ > Millis{0} ? heartbeat_ : threshold_ / 3; }
  // Heartbeats that have not come, 2 standing for more. One counts as missed half an interval after its time.
  [[nodiscard]] int missed(Instant now) const {
    const Millis each = interval();
    const Millis silence = each > Millis{0} ? 2 * (now - heardAt_) : Millis::min();
    return silence >= 5 * each ? 2 : silence >= 3 * each ? 1 : 0;
  }
  // When one more will count as missed; kNever after the second.
  [[nodiscard]] Instant nextMiss(Instant now) const {
    const Millis each = interval();
    if (each == Millis{0}) {
      return kNever;
    }
    const auto after = [&](int halves) { return heardAt_ + (each * halves + Millis{1}) / 2; };
    return now < after(3) ? after(3) : now < after(5) ? after(5) : kNever;
  }

 private:
  static constexpr int kMostStretch = 4;

  [[nodiscard]] Millis patience() const { return threshold_ * stretch_; }

  Millis threshold_{0};
  Millis heartbeat_{0};
  Instant begunAt_;
  Instant heardAt_;
  bool isGranted_ = false;
  int stretch_ = 1;
};

}  // namespace millrace
