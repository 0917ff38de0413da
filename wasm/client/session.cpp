// The session's door of the browser's client: plain C functions over handles. js/src/core/wasm/wasm-session.ts is the other side.
// Times are milliseconds; -1 stands for never, none or unlimited.
#include "core/session/session.hpp"

#include <emscripten/emscripten.h>

#include <cstdint>
#include <optional>

namespace {

using namespace millrace;

// What can happen to a session, by number: one function takes them all, for every export costs the page bytes.
enum class Input : std::uint8_t {
  start,
  close,
  connected,  // first: the silence threshold; second: the time between heartbeats
  received,   // first: heartbeats; second: other events
  stamped,    // first: when it was sent
  retry,      // first: the milliseconds
  lost,       // first: Loss; second: the wait that the server asks for
  polled,     // first: PollResult; second: as for lost
  online,
  offline,
  visible,
  hidden,
  restored,
  tick,
};

// A session and the last wait it asked for.
struct Handle {
  Session session;
  double delay = 0;
};

Millis toMillis(double milliseconds) { return Millis(static_cast<Millis::rep>(milliseconds)); }

std::optional<Millis> toOptional(double milliseconds) {
  return milliseconds < 0 ? std::nullopt : std::optional(toMillis(milliseconds));
}

SessionAction put(Session& session, Input input, Instant now, double random, double first, double second) {
  switch (input) {
    case Input::start:
      return session.start(now);
    case Input::close:
      return session.close();
    case Input::connected:
      return session.connected(now, {toOptional(first), toMillis(second)});
    case Input::received:
      return session.received(now, static_cast<unsigned>(first), static_cast<unsigned>(second));
    case Input::stamped:
      session.stamped(now, first);
      return {};
    case Input::retry:
      session.retry(toMillis(first));
      return {};
    case Input::lost:
      return session.lost(static_cast<Loss>(first), now, random, toMillis(second));
    case Input::polled:
      return session.polled(static_cast<PollResult>(first), now, random, toMillis(second));
    case Input::online:
      return session.online(now, random);
    case Input::offline:
      session.offline();
      return {};
    case Input::visible:
      return session.visible(now, random);
    case Input::hidden:
      return session.hidden();
    case Input::restored:
      return session.restored(now);
    case Input::tick:
      return session.tick(now, random);
  }
  return {};
}

Instant toInstant(double milliseconds) { return Instant(toMillis(milliseconds)); }

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE Handle* sessionNew(double attempts, double baseMs, double maxMs, double failures,
                                        double coolDownMs, double silenceMs, double pollEveryMs, bool pausesWhenHidden,
                                        double serverMinMs, double serverMaxMs) {
  SessionOptions options;
  if (attempts >= 0) {
    options.attempts = static_cast<std::uint32_t>(attempts);
  }
  options.backoff = {toMillis(baseMs), toMillis(maxMs), toMillis(serverMinMs), toMillis(serverMaxMs)};
  options.breaker = {static_cast<std::uint32_t>(failures), toMillis(coolDownMs)};
  options.silence = toMillis(silenceMs);
  options.pollEvery = toMillis(pollEveryMs);
  options.pausesWhenHidden = pausesWhenHidden;
  return new Handle{Session(options)};
}

EMSCRIPTEN_KEEPALIVE void sessionFree(Handle* handle) { delete handle; }

// The kind of the action; a wait's length is sessionDelay().
EMSCRIPTEN_KEEPALIVE int sessionPut(Handle* handle, int input, double nowMs, double random, double first,
                                    double second) {
  const SessionAction action = put(handle->session, static_cast<Input>(input), toInstant(nowMs), random, first, second);
  handle->delay = action.delay == Millis::max() ? -1 : static_cast<double>(action.delay.count());
  return static_cast<int>(action.kind);
}

EMSCRIPTEN_KEEPALIVE double sessionDelay(const Handle* handle) { return handle->delay; }

// The absolute time.
EMSCRIPTEN_KEEPALIVE double sessionDeadline(const Handle* handle, double nowMs) {
  const Instant deadline = handle->session.deadline(toInstant(nowMs));
  return deadline == kNever ? -1 : static_cast<double>(deadline.time_since_epoch().count());
}

// State, health and whether it polls, four bits each from the lowest.
EMSCRIPTEN_KEEPALIVE int sessionStatus(const Handle* handle, double nowMs) {
  const auto state = static_cast<unsigned>(handle->session.state());
  const auto health = static_cast<unsigned>(handle->session.health(toInstant(nowMs)));
  const unsigned polls = handle->session.isPolling() ? 1 : 0;
  return static_cast<int>(state | health << 4U | polls << 8U);
}

EMSCRIPTEN_KEEPALIVE double sessionAttempts(const Handle* handle) {
  return static_cast<double>(handle->session.attempts());
}

EMSCRIPTEN_KEEPALIVE double sessionLatency(const Handle* handle) {
  const auto latency = handle->session.latency();
  return latency ? static_cast<double>(latency->count()) : -1;
}

}  // extern "C"
