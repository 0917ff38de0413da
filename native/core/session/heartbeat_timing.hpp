#pragma once

#include "core/base/instant.hpp"

#include <algorithm>
#include <optional>

namespace millrace {

// What the server's heartbeats say of the way they took.
class HeartbeatTiming {
 public:
  void begin() { *this = {}; }

  // So many came together, of a server that sends one each `interval`. Two together, twice in a row, were held back: a proxy
  // buffers the stream.
  void came(Instant now, unsigned count, Millis interval) {
    if (count == 0 || interval == Millis{0}) {
      return;
    }
    const bool isTogether = count > 1 || (lastAt_ && now - *lastAt_ < interval / 2);
    lastAt_ = now;
    if (now < ignoredUntil_) {
      return;
    }
    bursts_ = isTogether ? bursts_ + 1 : 0;
  }
  [[nodiscard]] bool areHeldBack() const { return bursts_ >= 2; }

  // The page was away: what came together then was held back by the page itself.
  void ignoreFor(Instant now, Millis interval) { ignoredUntil_ = now + interval; }

  // One said when it was sent, in milliseconds on any clock of the server's.
  void stamped(Instant now, double sentMs) {
    const double way = static_cast<double>(now.time_since_epoch().count()) - sentMs;
    shortestWay_ = std::min(shortestWay_.value_or(way), way);
    latency_ = Millis(static_cast<Millis::rep>(way - *shortestWay_));
  }
  // How much longer than the fastest the last stamped one was under way; the clocks need not agree.
  [[nodiscard]] std::optional<Millis> latency() const { return latency_; }

 private:
  std::optional<Instant> lastAt_;
  Instant ignoredUntil_;
  unsigned bursts_ = 0;  // in a row
  std::optional<double> shortestWay_;
  std::optional<Millis> latency_;
};

}  // namespace millrace
