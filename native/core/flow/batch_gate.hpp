#pragma once

#include "core/base/instant.hpp"

#include <algorithm>

namespace millrace {

// Lets events leave together: once open, for one instant; then not for so long. `every`, which may change from call to call: 0 is always.
class BatchGate {
 public:
  // Whether an event may leave now. The first one opens it.
  [[nodiscard]] bool lets(Millis every, Instant now) {
    if (now >= opens_) {
      openedAt_ = now;
      opens_ = now + every;
    }
    return every == Millis{0} || openedAt_ == now;
  }
  // It opens at once, whatever has left before.
  void openNow(Instant now) { opens_ = std::min(opens_, now); }
  // When an event may leave.
  [[nodiscard]] Instant next(Millis every, Instant now) const {
    return every == Millis{0} || openedAt_ == now ? now : std::max(opens_, now);
  }
  // It is as if it had never been opened.
  [[nodiscard]] bool isIdle(Instant now) const { return opens_ <= now; }

 private:
  Instant opens_;
  Instant openedAt_ = kNever;
};

}  // namespace millrace
