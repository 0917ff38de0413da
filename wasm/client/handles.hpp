#pragma once

#include "wasm/client/reports.hpp"

#include "core/session/chunk_tally.hpp"
#include "core/session/receiver.hpp"
#include "core/session/session.hpp"

#include <limits>

namespace millrace {

// What JavaScript holds an address of. The report stands first: the address is that of both.

struct ReceiverHandle {
  ReceiverReport report{};
  Receiver receiver;
  ChunkTally tally;
};

struct SessionHandle {
  SessionReport report{};
  Session session;

  // Reports how the session is now.
  [[gnu::noinline]] void look(Instant now) {
    const Instant deadline = session.deadline(now);
    const auto latency = session.latency();
    report.nowMs = static_cast<double>(now.time_since_epoch().count());
    report.deadlineMs = deadline == kNever ? std::numeric_limits<double>::infinity()
                                           : static_cast<double>(deadline.time_since_epoch().count());
    report.latencyMs = latency ? static_cast<double>(latency->count()) : -1;
    report.state = static_cast<std::uint32_t>(session.state());
    report.health = static_cast<std::uint32_t>(session.health(now));
    report.attempts = session.attempts();
    report.isPolling = session.isPolling() ? 1 : 0;
  }

  // Reports what it wants done, too.
  void act(const SessionAction& action, Instant now) {
    report.action = static_cast<std::uint32_t>(action.kind);
    report.delayMs = action.delay == Millis::max() ? std::numeric_limits<double>::infinity()
                                                   : static_cast<double>(action.delay.count());
    look(now);
  }
};

inline Millis toMillis(double milliseconds) { return Millis(static_cast<Millis::rep>(milliseconds)); }
inline Instant toInstant(double milliseconds) { return Instant(toMillis(milliseconds)); }

}  // namespace millrace

// Puts an input into a session, and reports; `first` and `second` are SessionInput's.
extern "C" void sessionPut(millrace::SessionHandle* handle, millrace::SessionInput input, double nowMs, double random,
                           double first, double second);
