#pragma once

#include "core/base/instant.hpp"
#include "core/flow/batch_gate.hpp"
#include "core/flow/flow_event.hpp"
#include "core/flow/flow_rules.hpp"
#include "core/flow/key_windows.hpp"
#include "core/flow/rate_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace millrace {

enum class FlowOutcome : std::uint8_t {
  passes,   // it leaves at once
  held,     // it waits
  merged,   // it has taken the place of one of its key that waits
  refused,  // it would wait for the rate, and the buffer has no room; nothing has changed
};

// Whether an event of a new key may open a window.
enum class NewWindows : std::uint8_t { open, none };
// Whether there is room for another event to wait, in all channels together.
enum class HoldRoom : std::uint8_t { there, none };

// What waits in one channel: for the end of its key's window, then for the rate. The rules may change from call to call.
class ChannelFlow {
 public:
  // An event comes. Everything that is due must have been released before.
  [[nodiscard]] FlowOutcome offer(const FlowEvent& event, const FlowRules& rules, NewWindows newWindows, HoldRoom room,
                                  Instant now);
  // The next event that may leave now.
  [[nodiscard]] std::optional<HeldEvent> release(const FlowRules& rules, Instant now);
  // The next one, whether it may leave or not: first those that wait for the rate, then the others as their windows end.
  [[nodiscard]] std::optional<HeldEvent> flush(const FlowRules& rules, Instant now);
  // When release() may have something; kNever when nothing waits.
  [[nodiscard]] Instant next(const FlowRules& rules, Instant now) const;
  // When an event that was refused has a chance.
  [[nodiscard]] Instant nextRoom(const FlowRules& rules, Instant now) const {
    return queue_.next(rules.rate.limit, now);
  }

  // What waits.
  [[nodiscard]] std::size_t events() const;
  [[nodiscard]] std::size_t bytes() const;
  // Windows that are open, with something that waits or without.
  [[nodiscard]] std::size_t windows() const { return merging_.size() + throttling_.size(); }
  // Events that were dropped since the last call, for want of room.
  [[nodiscard]] std::size_t takeDropped();
  // Forgets windows that have ended.
  void forgetEnded(Instant now);
  // It is as if it had never been, once forgetEnded() was called.
  [[nodiscard]] bool isIdle(Instant now) const { return windows() == 0 && queue_.isIdle(now) && gate_.isIdle(now); }

 private:
  struct Keyed {
    KeyWindows* windows = nullptr;
    KeyWindows::Key key = 0;
    Millis length{0};
  };

  [[nodiscard]] Keyed keyedOf(const FlowEvent& event, const FlowRules& rules);
  // Whether an event may leave now, as the batch and the rate have it; it then counts as having left.
  [[nodiscard]] bool mayPass(const FlowRules& rules, Instant now);
  [[nodiscard]] FlowOutcome offerToRate(const FlowEvent& event, const FlowRules& rules, HoldRoom room, Instant now);
  [[nodiscard]] KeyWindows* endedWindows(Instant now);
  [[nodiscard]] HeldEvent take(KeyWindows& windows, const FlowRules& rules, Instant now);

  KeyWindows merging_;
  KeyWindows throttling_;
  RateQueue queue_;
  BatchGate gate_;
  std::size_t dropped_ = 0;
};

}  // namespace millrace
