// The session's door of the browser's client: plain C functions over handles. js/src/core/wasm-session.ts is the other side.
#include "core/session/reconnect.hpp"

#include <emscripten/emscripten.h>

#include <cstdint>

namespace {

using namespace millrace;

// A session and the last wait it asked for.
struct Session {
  Reconnect machine;
  double delay = 0;

  int act(SessionAction action) {
    delay = static_cast<double>(action.delay.count());
    return static_cast<int>(action.kind);
  }
};

Instant toInstant(double milliseconds) { return Instant(Millis(static_cast<Millis::rep>(milliseconds))); }

}  // namespace

extern "C" {

// `attempts` below 0: no limit.
EMSCRIPTEN_KEEPALIVE Session* sessionNew(double attempts, double baseMs, double maxMs) {
  SessionOptions options;
  if (attempts >= 0) {
    options.attempts = static_cast<std::uint32_t>(attempts);
  }
  options.backoff = {Millis(static_cast<Millis::rep>(baseMs)), Millis(static_cast<Millis::rep>(maxMs))};
  return new Session{Reconnect(options)};
}

EMSCRIPTEN_KEEPALIVE void sessionFree(Session* session) { delete session; }

// Each input returns the kind of the action; a wait's length is sessionDelay().
EMSCRIPTEN_KEEPALIVE int sessionStart(Session* session) { return session->act(session->machine.start()); }

EMSCRIPTEN_KEEPALIVE int sessionConnected(Session* session) { return session->act(session->machine.connected()); }

EMSCRIPTEN_KEEPALIVE int sessionLost(Session* session, bool isFinal, double nowMs, double random) {
  const Loss loss = isFinal ? Loss::final : Loss::transient;
  return session->act(session->machine.lost(loss, toInstant(nowMs), random));
}

EMSCRIPTEN_KEEPALIVE int sessionRetry(Session* session, double milliseconds) {
  return session->act(session->machine.retry(Millis(static_cast<Millis::rep>(milliseconds))));
}

EMSCRIPTEN_KEEPALIVE int sessionTick(Session* session, double nowMs) {
  return session->act(session->machine.tick(toInstant(nowMs)));
}

EMSCRIPTEN_KEEPALIVE int sessionClose(Session* session) { return session->act(session->machine.close()); }

EMSCRIPTEN_KEEPALIVE double sessionDelay(const Session* session) { return session->delay; }

EMSCRIPTEN_KEEPALIVE int sessionState(const Session* session) { return static_cast<int>(session->machine.state()); }

EMSCRIPTEN_KEEPALIVE double sessionAttempts(const Session* session) {
  return static_cast<double>(session->machine.attempts());
}

}  // extern "C"
