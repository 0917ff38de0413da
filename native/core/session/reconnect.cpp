#include "core/session/reconnect.hpp"

namespace millrace {
namespace {

SessionAction act(SessionAction::Kind kind) { return {kind, Millis{0}}; }

}  // namespace

SessionAction Reconnect::start() {
  if (state_ == SessionState::connecting || state_ == SessionState::connected) {
    return {};
  }
  if (state_ != SessionState::reconnecting) {
    attempts_ = 0;
  }
  return connect();
}

SessionAction Reconnect::connected() {
  if (state_ == SessionState::connecting) {
    state_ = SessionState::connected;
    attempts_ = 0;
  }
  return {};
}

SessionAction Reconnect::lost(Loss loss, Instant now, double random) {
  if (state_ != SessionState::connecting && state_ != SessionState::connected) {
    return {};
  }
  const Millis delay = backoff_.wait(attempts_, random);
  ++attempts_;
  if (loss == Loss::final || (options_.attempts && attempts_ >= *options_.attempts)) {
    state_ = SessionState::error;
    return act(SessionAction::Kind::giveUp);
  }
  state_ = SessionState::reconnecting;
  nextTry_ = now + delay;
  return {SessionAction::Kind::wait, delay};
}

SessionAction Reconnect::retry(Millis retry) {
  backoff_.useServerRetry(retry);
  return {};
}

SessionAction Reconnect::tick(Instant now) {
  if (state_ != SessionState::reconnecting) {
    return {};
  }
  if (now < nextTry_) {
    return {SessionAction::Kind::wait, nextTry_ - now};
  }
  return connect();
}

SessionAction Reconnect::close() {
  if (state_ == SessionState::disconnected) {
    return {};
  }
  state_ = SessionState::disconnected;
  return act(SessionAction::Kind::close);
}

SessionAction Reconnect::connect() {
  state_ = SessionState::connecting;
  return act(SessionAction::Kind::connect);
}

}  // namespace millrace
