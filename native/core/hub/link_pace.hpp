#pragma once

#include "core/base/instant.hpp"
#include "core/hub/subscriber_options.hpp"

#include <cstdint>

namespace millrace {

// What the system knows of the way to a peer: `tcp_info` of Linux, tcp(7).
struct LinkState {
  std::uint32_t unacknowledged = 0;  // segments that were sent, and not acknowledged
  std::uint32_t unanswered = 0;      // how often in a row the oldest of them was sent again
  std::uint32_t retransmitted = 0;   // segments that were sent again, ever
  Millis sinceAcknowledgement{0};
  Millis roundTrip{0};
  Millis variation{0};  // of the round trip
};

enum class LinkHealth : std::uint8_t { healthy, troubled, dead };

// How often a connection is sent heartbeats, by the state of its link: more often while it is in trouble, so that its end is found
// soon, and ever less often while it is well. Between two heartbeats it looks once whether the link has taken the first.
//
// A link is dead when it has acknowledged nothing for two of the shortest intervals, while it was known to have something to
// acknowledge: a heartbeat, or what was seen at a look. A peer that is merely stopped is none: its system acknowledges.
class LinkPace {
 public:
  // The first heartbeat is due `now`; the interval is `every` at first.
  LinkPace(const AdaptiveHeartbeat& limits, Millis every, Instant now)
      : limits_(limits), interval_(every), nextBeat_(now), lastBeat_(now) {}

  // Its owner is to look at the link, and to tell look().
  void await() { isAwaited_ = true; }
  [[nodiscard]] bool isAwaited() const { return isAwaited_; }
  [[nodiscard]] LinkHealth look(const LinkState& link, Instant now);

  [[nodiscard]] bool isDue(Instant now) const { return now >= nextBeat_; }
  // It is due: what a heartbeat is to say of when the next comes.
  [[nodiscard]] Millis nextInterval() const;
  // As the client was told last.
  [[nodiscard]] Millis interval() const { return interval_; }
  // One was written that says so.
  void beat(Instant now);
  // None was needed, for there were events: what the client was told last goes on.
  void skip(Instant now);
  // When to look at the link, or to write a heartbeat.
  [[nodiscard]] Instant next(Instant now) const;

 private:
  [[nodiscard]] bool isTroubled(const LinkState& link) const;

  const AdaptiveHeartbeat limits_;
  Millis interval_;
  Instant nextBeat_;
  Instant lastBeat_;
  Instant unacknowledgedSince_ = kNever;
  std::uint32_t retransmitted_ = 0;
  bool isAwaited_ = false;
  bool isTroubled_ = false;
  bool isLookedAt_ = true;  // since the last heartbeat that was written
};

}  // namespace millrace
