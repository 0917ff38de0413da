#include "core/metrics/alert.hpp"

namespace millrace {

AlertChange Alert::update(double value, const AlertRule& rule, Instant now) {
  const bool isTurning = isRaised_ ? value <= rule.below : value > rule.above;
  if (!isTurning) {
    turning_ = kNever;
    return AlertChange::none;
  }
  turning_ = turning_ == kNever ? now : turning_;
  if (now - turning_ < rule.lasting) {
    return AlertChange::none;
  }
  isRaised_ = !isRaised_;
  turning_ = kNever;
  return isRaised_ ? AlertChange::raised : AlertChange::resolved;
}

}  // namespace millrace
