#include "core/hub/link_pace.hpp"

#include <algorithm>

namespace millrace {

LinkHealth LinkPace::look(const LinkState& link, Instant now) {
  isAwaited_ = false;
  isLookedAt_ = true;
  if (link.unacknowledged == 0) {
    unacknowledgedSince_ = kNever;
  } else if (unacknowledgedSince_ == kNever) {
    unacknowledgedSince_ = std::max(lastBeat_, now - link.sinceAcknowledgement);
  }
  const bool isTroubled = this->isTroubled(link);
  retransmitted_ = link.retransmitted;
  const Millis dead = 2 * limits_.from;
  if (unacknowledgedSince_ != kNever && now - unacknowledgedSince_ >= dead && link.sinceAcknowledgement >= dead) {
    return LinkHealth::dead;
  }
  if (isTroubled) {
    interval_ = limits_.from;
    nextBeat_ = std::min(nextBeat_, lastBeat_ + interval_);
    return LinkHealth::troubled;
  }
  if (isDue(now)) {  // it was well for a whole interval
    interval_ = std::min(limits_.to, interval_ + interval_ / 2);
  }
  return LinkHealth::healthy;
}

bool LinkPace::isTroubled(const LinkState& link) const {
  constexpr Millis kUnsteady{200};
  const bool isLate = link.unacknowledged > 0 && link.sinceAcknowledgement >= limits_.from / 2;
  const bool isLossy = link.retransmitted > retransmitted_ + 1;  // one now and then is usual
  const bool isUnsteady = link.variation > link.roundTrip && link.variation > kUnsteady;
  return link.unanswered > 0 || isLate || isLossy || isUnsteady;
}

void LinkPace::beat(Instant now) {
  lastBeat_ = now;
  nextBeat_ = now + interval_;
  isLookedAt_ = false;
}

Instant LinkPace::next(Instant now) const {
  const Instant look = isLookedAt_ ? nextBeat_ : std::min(nextBeat_, lastBeat_ + limits_.from);
  return std::max(look, now + Millis{1});
}

}  // namespace millrace
