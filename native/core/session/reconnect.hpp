#pragma once

#include "core/base/instant.hpp"
#include "core/session/backoff.hpp"

#include <cstdint>
#include <optional>

namespace millrace {

enum class SessionState : std::uint8_t {
  disconnected,  // not started, or closed by the user
  connecting,    // an attempt is under way
  connected,
  reconnecting,  // waiting for the next attempt
  error,         // given up
};

// What the session wants done; the caller does nothing else of its own accord.
struct SessionAction {
  enum class Kind : std::uint8_t {
    none,
    connect,  // open the connection now
    wait,     // call tick() after `delay`; a later action replaces this one
    close,    // drop the connection there is; nothing follows
    giveUp,   // the attempts are used up, or the failure was final; nothing follows until start()
  };

  Kind kind = Kind::none;
  Millis delay{0};

  friend bool operator==(const SessionAction&, const SessionAction&) = default;
};

// Whether a lost connection may be tried again.
enum class Loss : std::uint8_t { transient, final };

struct SessionOptions {
  std::optional<std::uint32_t> attempts;  // in a row that may fail; none: no limit
  BackoffOptions backoff;
};

// When to connect, when to wait and when to give up: a state machine without a clock, a random number or a socket.
// An input that makes no sense in its state changes nothing. Not thread-safe.
class Reconnect {
 public:
  explicit Reconnect(SessionOptions options = {}) : options_(options), backoff_(options.backoff) {}

  [[nodiscard]] SessionAction start();                                      // the user wants a connection, at once
  [[nodiscard]] SessionAction connected();                                  // the server answered with an event stream
  [[nodiscard]] SessionAction lost(Loss loss, Instant now, double random);  // it failed or ended
  [[nodiscard]] SessionAction retry(Millis retry);                          // the server's `retry` field
  [[nodiscard]] SessionAction tick(Instant now);
  [[nodiscard]] SessionAction close();  // idempotent, from any state

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] std::uint32_t attempts() const { return attempts_; }

 private:
  SessionAction connect();

  SessionOptions options_;
  Backoff backoff_;
  SessionState state_ = SessionState::disconnected;
  std::uint32_t attempts_ = 0;  // that failed since the last connection that opened
  Instant nextTry_;             // while reconnecting
};

}  // namespace millrace
