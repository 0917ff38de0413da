#include "core/hub/flow_control.hpp"

#include "core/hub/event_writer.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/registry.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace millrace {

FlowOutcome FlowControl::offer(Channel& channel, const FlowEvent& event, Instant now) {
  const FlowRules& rules = channel.policy().flow;
  if (isStopped_ || (rules.isNone() && channel.holding == nullptr)) {
    return FlowOutcome::passes;
  }
  if (channel.holding == nullptr) {
    channel.holding = std::make_unique<ChannelHolding>();
  }
  ChannelFlow& flow = channel.holding->flow;
  const Size before = sizeOf(flow);
  const HoldRoom room = parts_.inbox.mayHold() ? HoldRoom::there : HoldRoom::none;
  const FlowOutcome outcome = flow.offer(event, rules, newWindows(now), room, now);
  noteChange(channel, before, now);
  return outcome;
}

void FlowControl::release(Channel& channel, Instant now) {
  if (channel.holding != nullptr && channel.holding->due <= now) {
    write(channel, &ChannelFlow::release, now);
  }
}

// What the flow lets go by this function gets into the channel's log.
void FlowControl::write(Channel& channel, LetGo letGo, Instant now) {
  ChannelFlow& flow = channel.holding->flow;
  const Size before = sizeOf(flow);
  while (const std::optional<HeldEvent> event = (flow.*letGo)(channel.policy().flow, now)) {
    parts_.writer.appendHeld(channel, event->view(), now);
  }
  noteChange(channel, before, now);
}

Millis FlowControl::waitFor(const Channel& channel, Instant now) {
  return channel.holding == nullptr ? Millis{0} : channel.holding->flow.nextRoom(channel.policy().flow, now) - now;
}

void FlowControl::flush(Channel& channel, Instant now) {
  if (channel.holding != nullptr && channel.holding->due != kNever) {
    write(channel, &ChannelFlow::flush, now);
  }
}

void FlowControl::flushAll(Instant now) {
  while (!due_.empty()) {
    flush(*due_.begin()->channel, now);
  }
}

void FlowControl::stop(Instant now) {
  isStopped_ = true;
  flushAll(now);
}

void FlowControl::rulesChanged() {
  std::set<Due> all;
  for (const Due& due : due_) {
    due.channel->holding->due = Instant{};
    all.insert({Instant{}, due.channel});
  }
  due_ = std::move(all);
}

void FlowControl::runDue(Instant now) {
  while (next() <= now && !due_.empty()) {
    release(*due_.begin()->channel, now);
  }
}

// So many keys may have a window in the whole hub; beyond, what is open is counted anew, but not all the time.
NewWindows FlowControl::newWindows(Instant now) {
  constexpr std::size_t kMost = 100000;
  constexpr Millis kBetweenCounts{1000};
  if (windows_ >= kMost && nextCount_ <= now) {
    nextCount_ = now + kBetweenCounts;
    windows_ = 0;
    for (Channel* const channel : parts_.registry.allChannels()) {
      channel->tidy(now);
      windows_ += channel->holding == nullptr ? 0 : channel->holding->flow.windows();
    }
  }
  return windows_ < kMost ? NewWindows::open : NewWindows::none;
}

// Counts what waits now, and notes when some of it may leave.
void FlowControl::noteChange(Channel& channel, const Size& before, Instant now) {
  ChannelHolding& holding = *channel.holding;
  const Size after = sizeOf(holding.flow);
  events_ += after.events - before.events;
  windows_ += std::max(after.windows, before.windows) - before.windows;
  parts_.inbox.noteHeld(before.bytes, after.bytes);
  channel.channelClass().dropped += holding.flow.takeDropped();
  const Instant next = after.events == 0 ? kNever : holding.flow.next(channel.policy().flow, now);
  if (next == holding.due) {
    return;
  }
  if (holding.due != kNever) {
    due_.erase({holding.due, &channel});
  }
  if (next != kNever) {
    due_.insert({next, &channel});
  }
  holding.due = next;
}

}  // namespace millrace
