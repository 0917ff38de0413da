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

  // The server says that its heartbeats come in another interval from now on.
  void pace(Millis heartbeat) {
    heartbeat_ = heartbeat;
    threshold_ = threshold_ > Millis{0} ? kSilentHeartbeats * heartbeat : threshold_;
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
  [[nodiscard, gnu::noinline]] Millis interval() const { return heartbeat_ > Millis{0} ? heartbeat_ : threshold_ / 3; }
  // How many heartbeats are missed, 2 standing for more. One is half an interval after its time.
  [[nodiscard]] int missed(Instant now) const { return now >= missAt(2) ? 2 : now >= missAt(1) ? 1 : 0; }
  // When one more will be missed; kNever after the second.
  [[nodiscard]] Instant nextMiss(Instant now) const { return missed(now) > 1 ? kNever : missAt(missed(now) + 1); }

 private:
  static constexpr int kMostStretch = 4;
  // As many missing ones are a silence, where the server names no threshold: `X-Silence-Threshold` is made by the same number.
  static constexpr int kSilentHeartbeats = 3;

  [[nodiscard]] Instant missAt(int count) const {
    const Millis each = interval();
    return each == Millis{0} ? kNever : heardAt_ + (each * (2 * count + 1) + Millis{1}) / 2;
  }
  [[nodiscard]] Millis patience() const { return threshold_ * stretch_; }

  Millis threshold_{0};
  Millis heartbeat_{0};
  Instant begunAt_;
  Instant heardAt_;
  bool isGranted_ = false;
  int stretch_ = 1;
};

}  // namespace millrace
