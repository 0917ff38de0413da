// What the page does to a session, and how the session says it is; see session.hpp.
#include "core/session/session.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::uint32_t kCriticalAttempts = 3;
constexpr Millis kLate{1000};
constexpr Millis kVeryLate{5000};
constexpr double kLongestHurryMs = 1000;

}  // namespace

// --- what the page does

// All clients of a place come online together: they spread over up to a second.
SessionAction Session::hurry(Instant now, double random) {
  const double longest = std::min(kLongestHurryMs, static_cast<double>(backoff_.options().base.count()));
  const Instant soon = now + Millis(static_cast<Millis::rep>(random * longest));
  const Instant sooner = std::min(until_, std::max({soon, earliest_, now + breaker_.remaining(now)}));
  return wait(std::max(now, sooner), now);
}

SessionAction Session::online(Instant now, double random) {
  isOffline_ = false;
  if (state_ == SessionState::reconnecting && way_ == Way::stream && !isPaused_) {
    breaker_.succeeded();  // it was the network
    return hurry(now, random);
  }
  watchdog_.grant(now);
  return {};
}

SessionAction Session::visible(Instant now, double random) {
  if (isPaused_) {
    return connect(now);
  }
  if (state_ == SessionState::reconnecting && way_ == Way::stream) {
    return hurry(now, random);
  }
  grant(now);
  return {};
}

SessionAction Session::hidden() {
  const bool isActive = isTrying() || state_ == SessionState::reconnecting;
  if (!pausesWhenHidden_ || !isActive || isPaused_) {
    return {};
  }
  way_ = Way::stream;
  isPaused_ = true;
  return wait(kNever, {});
}

SessionAction Session::restored(Instant now) {
  if (!isTrying()) {
    return {};
  }
  return way_ == Way::polls ? poll(now) : connect(now);
}

// --- how it is

Health Session::health(Instant now) const {
  switch (state_) {
    case SessionState::disconnected:
    case SessionState::error:
      return Health::disconnected;
    case SessionState::connecting:
    case SessionState::reconnecting:
      return attempts_ >= kCriticalAttempts || breaker_.isOpen() || isOffline_ ? Health::critical : Health::degraded;
    case SessionState::connected:
      break;
  }
  return healthConnected(now);
}

Health Session::healthConnected(Instant now) const {
  if (way_ != Way::stream) {
    return Health::degraded;
  }
  const Millis late = heartbeats_.latency().value_or(Millis{0});
  const int missed = watchdog_.missed(now);
  if (late > kVeryLate || missed > 1) {
    return Health::critical;
  }
  return late > kLate || missed > 0 || heartbeats_.areHeldBack() ? Health::degraded : Health::healthy;
}

}  // namespace millrace
