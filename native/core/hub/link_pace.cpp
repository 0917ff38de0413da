#include "core/hub/link_pace.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

LinkHealth LinkPace::look(const LinkState& link, Instant now) {
  isAwaited_ = false;
  const bool isAfterBeat = !std::exchange(isLookedAt_, true);
  const Instant acknowledged = now - link.sinceAcknowledgement;
  if (link.unacknowledged == 0) {
    unacknowledgedSince_ = kNever;
  } else if (unacknowledgedSince_ == kNever) {
    // What is on its way may have been sent just now, unless the heartbeat before has not been acknowledged either.
    unacknowledgedSince_ = isAfterBeat && acknowledged <= lastBeat_ ? lastBeat_ : now;
  } else if (acknowledged > unacknowledgedSince_) {
    unacknowledgedSince_ = now;  // what was on its way then has arrived
  }
  isTroubled_ = isTroubled(link);
  retransmitted_ = link.retransmitted;
  if (unacknowledgedSince_ != kNever && now - unacknowledgedSince_ >= 2 * limits_.from) {
    return LinkHealth::dead;
  }
  if (isTroubled_) {
    nextBeat_ = std::min(nextBeat_, lastBeat_ + limits_.from);
    return LinkHealth::troubled;
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

Millis LinkPace::nextInterval() const {
  return isTroubled_ ? limits_.from : std::min(limits_.to, interval_ + interval_ / 2);
}

void LinkPace::beat(Instant now) {
  interval_ = nextInterval();
  lastBeat_ = now;
  nextBeat_ = now + interval_;
  isLookedAt_ = false;
}

void LinkPace::skip(Instant now) { nextBeat_ = now + interval_; }

Instant LinkPace::next(Instant now) const {
  const Instant look = isLookedAt_ ? nextBeat_ : std::min(nextBeat_, lastBeat_ + limits_.from);
  return std::max(look, now + Millis{1});
}

}  // namespace millrace
