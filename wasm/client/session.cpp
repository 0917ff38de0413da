// What the browser's session exports: plain C functions. js/src/core/wasm/wasm-session.ts calls them. Times are milliseconds.
#include "wasm/client/handles.hpp"

#include <emscripten/emscripten.h>

#include <cstdint>

namespace {

using namespace millrace;

SessionAction put(Session& session, SessionInput input, Instant now, double random, double first, double second) {
  const Millis firstMs = toMillis(first);
  const Millis secondMs = toMillis(second);
  switch (input) {
    case SessionInput::start:
      return session.start(now);
    case SessionInput::close:
      return session.close();
    case SessionInput::connected:
      return session.connected(now, {firstMs, secondMs});
    case SessionInput::received:
      return session.received(now, static_cast<unsigned>(first), static_cast<unsigned>(second));
    case SessionInput::stamped:
      session.stamped(now, first);
      return {};
    case SessionInput::paced:
      session.paced(firstMs);
      return {};
    case SessionInput::retry:
      session.retry(firstMs);
      return {};
    case SessionInput::lost:
      return session.lost(static_cast<Loss>(first), now, random, secondMs);
    case SessionInput::polled:
      return session.polled(static_cast<PollResult>(first), now, random, secondMs);
    case SessionInput::online:
      return session.online(now, random);
    case SessionInput::offline:
      session.offline();
      return {};
    case SessionInput::visible:
      return session.visible(now, random);
    case SessionInput::hidden:
      return session.hidden();
    case SessionInput::restored:
      return session.restored(now);
    case SessionInput::tick:
      return session.tick(now, random);
  }
  return {};
}

}  // namespace

extern "C" {

// In the order of client-options.ts; infinite attempts are no limit.
EMSCRIPTEN_KEEPALIVE SessionHandle* sessionNew(double attempts, double baseMs, double maxMs, double serverMinMs,
                                               double serverMaxMs, double failures, double coolDownMs, double silenceMs,
                                               double pollEveryMs, double pollAfter, bool pausesWhenHidden) {
  SessionOptions options;
  if (attempts <= UINT32_MAX) {
    options.attempts = static_cast<std::uint32_t>(attempts);
  }
  options.backoff = {toMillis(baseMs), toMillis(maxMs), toMillis(serverMinMs), toMillis(serverMaxMs)};
  options.breaker = {static_cast<std::uint32_t>(failures), toMillis(coolDownMs)};
  options.silence = toMillis(silenceMs);
  options.pollEvery = toMillis(pollEveryMs);
  options.pollAfter = static_cast<std::uint32_t>(pollAfter);
  options.pausesWhenHidden = pausesWhenHidden;
  auto* const handle = new SessionHandle{{}, Session(options)};
  handle->look({});
  return handle;
}

EMSCRIPTEN_KEEPALIVE void sessionFree(SessionHandle* handle) { delete handle; }

EMSCRIPTEN_KEEPALIVE void sessionPut(SessionHandle* handle, SessionInput input, double nowMs, double random,
                                     double first, double second) {
  const Instant now = toInstant(nowMs);
  handle->act(put(handle->session, input, now, random, first, second), now);
}

// Time has passed: how the session is now.
EMSCRIPTEN_KEEPALIVE void sessionLook(SessionHandle* handle, double nowMs) { handle->look(toInstant(nowMs)); }

}  // extern "C"
