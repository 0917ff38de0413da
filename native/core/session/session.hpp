#pragma once

#include "core/base/instant.hpp"
#include "core/session/backoff.hpp"
#include "core/session/breaker.hpp"
#include "core/session/heartbeat_timing.hpp"
#include "core/session/poll_schedule.hpp"
#include "core/session/stability.hpp"
#include "core/session/watchdog.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace millrace {

enum class SessionState : std::uint8_t {
  disconnected,  // not started, or closed by the user
  connecting,    // an attempt is under way
  connected,     // events come: by the stream, or by polls
  reconnecting,  // waiting for the next attempt
  error,         // given up
};

enum class Health : std::uint8_t {
  healthy,
  degraded,      // trying, one heartbeat missed, late by a second, held back by a proxy, or polling
  critical,      // three failures, breaker open, offline, two heartbeats missed, or late by five seconds
  disconnected,  // closed or given up
};

// What the session wants done; the caller does nothing else of its own accord. All but `none` end the attempt or connection
// that there is.
struct SessionAction {
  enum class Kind : std::uint8_t {
    none,
    connect,  // open the stream now
    wait,     // for `delay`; kNever where only the page's becoming visible ends it
    close,    // nothing follows
    giveUp,   // the attempts are used up, or the failure was final; nothing follows until start()
    poll,     // ask once for the events after the cursor
  };

  Kind kind = Kind::none;
  Millis delay{0};

  friend bool operator==(const SessionAction&, const SessionAction&) = default;
};

// Why a connection is over.
enum class Loss : std::uint8_t {
  transient,  // it failed, and may be tried again
  final,      // it failed, and would only fail again
  planned,    // the server has ended it on purpose, and wants the client back: no failed attempt
};

struct SessionOptions {
  std::optional<std::uint32_t> attempts;  // in a row that may fail; none: no limit
  BackoffOptions backoff;
  BreakerOptions breaker;
  Millis silence{45000};        // a connection that is silent for so long is dropped; 0: never
  Millis pollEvery{0};          // where streaming is impossible; 0: no polling
  std::uint32_t pollAfter = 3;  // attempts in a row that brought nothing: streaming is impossible
  bool pausesWhenHidden = false;
};

// What the server's answer says of its stream; none: nothing.
struct StreamFacts {
  std::optional<Millis> silence;  // 0 is none
  Millis heartbeat{0};            // 0: unknown
};

// What a poll brought; `more`: events, and the server has others for the cursor behind them already.
enum class PollResult : std::uint8_t { events, nothing, failed, more };

// The client's brain: when to connect, wait, drop a silent connection, poll and give up, and how the connection does. A
// state machine without a clock, a random number or a socket: after each input its caller performs the action, and calls
// tick() at deadline(). There is never more than one connection or poll.
//
// An input that makes no sense in its state changes nothing. `random` is in [0, 1). Not thread-safe.
class Session {
 public:
  explicit Session(const SessionOptions& options = {})
      : mostAttempts_(options.attempts),
        silence_(options.silence),
        pausesWhenHidden_(options.pausesWhenHidden),
        backoff_(options.backoff),
        breaker_(options.breaker),
        polls_(options.pollEvery, options.pollAfter) {}

  // --- what the user wants

  [[nodiscard]] SessionAction start(Instant now);  // a connection, at once
  [[nodiscard]] SessionAction close();             // idempotent, from any state

  // --- what the connection does

  [[nodiscard]] SessionAction connected(Instant now,
                                        const StreamFacts& facts = {});  // the server answered with a stream
  // Bytes came, with so many heartbeats and other events.
  [[nodiscard]] SessionAction received(Instant now, unsigned heartbeats = 0, unsigned events = 0);
  void stamped(Instant now, double sentMs) { heartbeats_.stamped(now, sentMs); }  // a heartbeat says when it was sent
  // A heartbeat says when the next comes, at the soonest in a second; 0: it does not.
  void paced(Millis every) {
    if (isOpen_ && every > Millis{0}) {
      watchdog_.pace(std::max(every, kShortestPace));
    }
  }
  void retry(Millis retry) { backoff_.useServerRetry(retry); }  // the server's `retry` field
  // It failed or ended. The server may have asked for a wait (`Retry-After`).
  [[nodiscard]] SessionAction lost(Loss loss, Instant now, double random, Millis retryAfter = Millis{0});
  [[nodiscard]] SessionAction polled(PollResult result, Instant now, double random, Millis retryAfter = Millis{0});

  // --- what the page does

  [[nodiscard]] SessionAction online(Instant now, double random);
  void offline() { isOffline_ = true; }
  [[nodiscard]] SessionAction visible(Instant now, double random);
  [[nodiscard]] SessionAction hidden();
  [[nodiscard]] SessionAction restored(Instant now);  // from the back-forward cache: its connections are gone
  [[nodiscard]] SessionAction tick(Instant now, double random);

  // --- how it is

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] std::uint32_t attempts() const { return attempts_; }
  [[nodiscard]] bool isPolling() const { return way_ != Way::stream; }
  [[nodiscard]] Health health(Instant now) const;
  [[nodiscard]] std::optional<Millis> latency() const { return heartbeats_.latency(); }
  // When tick() has something to do, or the health changes; kNever: not before another input.
  [[nodiscard]] Instant deadline(Instant now) const;

 private:
  static constexpr Millis kShortestPace{1000};

  // How events are to come. A probe is an attempt to stream again while polls would do.
  enum class Way : std::uint8_t { stream, polls, probe };

  [[gnu::noinline]] SessionAction connect(Instant now);
  [[gnu::noinline]] SessionAction wait(Instant until, Instant now);
  [[gnu::noinline]] SessionAction poll(Instant now);
  SessionAction beginPolling(Instant now);
  SessionAction giveUp();
  SessionAction fail(Loss loss, Instant now, double random, Millis retryAfter);
  SessionAction hurry(Instant now, double random);
  SessionAction tickConnected(Instant now, double random);
  void grant(Instant now);
  SessionAction tickPolling(Instant now, double random);
  [[nodiscard]] bool isTrying() const {
    return state_ == SessionState::connecting || state_ == SessionState::connected;
  }
  [[nodiscard]] Health healthConnected(Instant now) const;

  std::optional<std::uint32_t> mostAttempts_;  // these three as SessionOptions has them
  Millis silence_;
  bool pausesWhenHidden_;
  Backoff backoff_;
  Breaker breaker_;
  PollSchedule polls_;
  Watchdog watchdog_;
  HeartbeatTiming heartbeats_;
  Stability stability_;
  SessionState state_ = SessionState::disconnected;
  Way way_ = Way::stream;
  std::uint32_t attempts_ = 0;  // that failed since the last connection that opened
  bool isOpen_ = false;         // a stream
  bool isOffline_ = false;
  bool isPaused_ = false;  // until the page is visible again
  Instant until_;          // the end of the wait, the attempt, the probe or the poll
  Instant earliest_;       // what the server asked to wait for
  bool isPollUnderWay_ = false;
};

}  // namespace millrace
