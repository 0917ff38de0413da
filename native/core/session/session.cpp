#include "core/session/session.hpp"

#include <algorithm>

namespace millrace {
namespace {

// A stream that works brings something at once: a Millrace server its cursor line.
constexpr Millis kProbeBytes{5000};

SessionAction act(SessionAction::Kind kind) { return {kind, Millis{0}}; }

}  // namespace

// --- what the user wants

SessionAction Session::start(Instant now) {
  if (isTrying() && way_ == Way::stream) {
    return {};
  }
  if (state_ != SessionState::reconnecting) {
    attempts_ = 0;
    stability_.begin();
    breaker_.succeeded();
  }
  way_ = Way::stream;
  return connect(now);
}

SessionAction Session::close() {
  if (state_ == SessionState::disconnected) {
    return {};
  }
  state_ = SessionState::disconnected;
  isOpen_ = false;
  way_ = Way::stream;
  isPaused_ = false;
  return act(SessionAction::Kind::close);
}

// --- what the connection does

SessionAction Session::connected(Instant now, const StreamFacts& facts) {
  if (isOpen_ || (state_ != SessionState::connecting && way_ != Way::probe)) {
    return {};
  }
  isOpen_ = true;
  state_ = SessionState::connected;
  attempts_ = 0;
  stability_.opened(now);
  heartbeats_.begin();
  const Millis threshold = facts.silence > Millis{0} ? *facts.silence : silence_;
  watchdog_.begin(now, silence_ > Millis{0} ? threshold : Millis{0}, facts.heartbeat);
  return {};
}

SessionAction Session::received(Instant now, unsigned heartbeats, unsigned events) {
  if (!isOpen_) {
    return {};
  }
  way_ = Way::stream;
  if (stability_.received(now, heartbeats + events > 0)) {
    breaker_.succeeded();
  }
  watchdog_.heard(now);
  heartbeats_.came(now, heartbeats, watchdog_.heartbeat());
  if (heartbeats_.areHeldBack() && polls_.isAllowed()) {
    return beginPolling(now);
  }
  return {};
}

SessionAction Session::lost(Loss loss, Instant now, double random, Millis retryAfter) {
  if (way_ == Way::polls || !isTrying()) {
    return {};
  }
  if (way_ == Way::probe && loss != Loss::final) {
    return beginPolling(now);
  }
  way_ = Way::stream;
  return fail(loss, now, random, retryAfter);
}

SessionAction Session::fail(Loss loss, Instant now, double random, Millis retryAfter) {
  const bool isPlanned = loss == Loss::planned;
  const bool holds = isOpen_ && stability_.holds(now, isPlanned);
  const std::uint32_t exponent = std::max(attempts_, holds && isPlanned ? 0 : stability_.unproven());
  stability_.lost(isOpen_, holds, isPlanned);
  attempts_ += isPlanned ? 0 : 1;
  if (!holds) {
    breaker_.failed(now);
  }
  if (loss == Loss::final || (!isPlanned && mostAttempts_ && attempts_ >= *mostAttempts_)) {
    return giveUp();
  }
  if (polls_.isDueAfter(stability_.fruitless()) && way_ == Way::stream && !isOffline_) {
    return beginPolling(now);
  }
  way_ = Way::stream;
  const Millis delay = backoff_.wait(exponent, random);
  const Millis least = isOffline_ ? backoff_.options().most : Millis{0};
  const Millis asked = std::min(retryAfter, backoff_.options().serverMost);
  earliest_ = now + asked;
  return wait(now + std::max({delay, asked, breaker_.remaining(now), least}), now);
}

SessionAction Session::connect(Instant now) {
  state_ = SessionState::connecting;
  isOpen_ = false;
  isPaused_ = false;
  until_ = silence_ == Millis{0} ? kNever : now + silence_;
  return act(SessionAction::Kind::connect);
}

SessionAction Session::wait(Instant until, Instant now) {
  state_ = SessionState::reconnecting;
  isOpen_ = false;
  until_ = until;
  return {SessionAction::Kind::wait, until == kNever ? Millis::max() : until - now};
}

SessionAction Session::giveUp() {
  state_ = SessionState::error;
  isOpen_ = false;
  way_ = Way::stream;
  return act(SessionAction::Kind::giveUp);
}

// --- polling

SessionAction Session::beginPolling(Instant now) {
  if (state_ != SessionState::connected) {
    state_ = SessionState::reconnecting;
  }
  way_ = Way::polls;
  isOpen_ = false;
  polls_.begin(now);
  return poll(now);
}

SessionAction Session::poll(Instant now) {
  isPollUnderWay_ = true;
  until_ = silence_ == Millis{0} ? kNever : now + silence_;
  return act(SessionAction::Kind::poll);
}

// Where there is more, the next poll comes at once, unless it is time to try to stream again. A poll that fails shows that the
// stream was not to blame.
SessionAction Session::polled(PollResult result, Instant now, double random, Millis retryAfter) {
  if (way_ != Way::polls || !isPollUnderWay_) {
    return {};
  }
  isPollUnderWay_ = false;
  if (result == PollResult::failed) {
    return fail(Loss::transient, now, random, retryAfter);
  }
  state_ = SessionState::connected;
  attempts_ = 0;
  breaker_.succeeded();
  if (result == PollResult::nothing) {
    polls_.broughtNothing();
  } else {
    polls_.broughtEvents();
  }
  if (result == PollResult::more && now < polls_.probeAt()) {
    return poll(now);
  }
  until_ = now + polls_.every();
  return {};
}

SessionAction Session::tickPolling(Instant now, double random) {
  if (isPollUnderWay_) {
    return now < until_ ? SessionAction{} : polled(PollResult::failed, now, random);
  }
  if (now >= polls_.probeAt()) {
    way_ = Way::probe;
    until_ = now + kProbeBytes;
    return act(SessionAction::Kind::connect);
  }
  return now < until_ ? SessionAction{} : poll(now);
}

// --- time

SessionAction Session::tick(Instant now, double random) {
  if (way_ == Way::polls && state_ != SessionState::error && state_ != SessionState::disconnected) {
    return tickPolling(now, random);
  }
  if (way_ == Way::probe) {
    return now < until_ ? SessionAction{} : beginPolling(now);
  }
  switch (state_) {
    case SessionState::reconnecting:
      if (isPaused_ || now < until_) {
        return wait(until_, now);
      }
      return connect(now);
    case SessionState::connecting:
      return now < until_ ? SessionAction{} : fail(Loss::transient, now, random, Millis{0});
    case SessionState::connected:
      return tickConnected(now, random);
    case SessionState::disconnected:
    case SessionState::error:
      break;
  }
  return {};
}

SessionAction Session::tickConnected(Instant now, double random) {
  if (now < watchdog_.deadline()) {
    return {};
  }
  if (watchdog_.isLate(now)) {
    grant(now);
    return {};
  }
  watchdog_.fired();
  return fail(Loss::transient, now, random, Millis{0});
}

// The page was away: what looks like silence, and what comes together now, is its own doing.
void Session::grant(Instant now) {
  watchdog_.grant(now);
  heartbeats_.ignoreFor(now, watchdog_.interval());
}

Instant Session::deadline(Instant now) const {
  if (state_ == SessionState::disconnected || state_ == SessionState::error) {
    return kNever;
  }
  if (way_ == Way::polls) {
    return isPollUnderWay_ ? until_ : std::min(until_, polls_.probeAt());
  }
  if (way_ == Way::probe || state_ != SessionState::connected) {
    return until_;
  }
  return std::min(watchdog_.deadline(), watchdog_.nextMiss(now));
}

}  // namespace millrace
