#include "core/flow/channel_flow.hpp"

#include "core/base/hash.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

// Keys of a channel that have a window at one time. Events of further keys pass as if they had none; the rate still counts.
constexpr std::size_t kMostWindows = 1000;

}  // namespace

FlowOutcome ChannelFlow::offer(const FlowEvent& event, const FlowRules& rules, NewWindows newWindows, HoldRoom room,
                               Instant now) {
  forgetEnded(now);
  const Keyed keyed = keyedOf(event, rules);
  if (keyed.windows != nullptr && keyed.windows->isOpen(keyed.key, now)) {
    if (room == HoldRoom::none && !keyed.windows->holds(keyed.key)) {
      return FlowOutcome::refused;
    }
    const auto holding = keyed.windows->hold(keyed.key, event);
    return holding == KeyWindows::Holding::held ? FlowOutcome::held : FlowOutcome::merged;
  }
  const FlowOutcome outcome = offerToRate(event, rules, room, now);
  const bool mayOpen = newWindows == NewWindows::open && windows() < kMostWindows;
  if (keyed.windows != nullptr && outcome != FlowOutcome::refused && mayOpen && keyed.length > Millis{0}) {
    keyed.windows->open(keyed.key, now + keyed.length, event.at);
  }
  return outcome;
}

// An event has one of the keys at most.
ChannelFlow::Keyed ChannelFlow::keyedOf(const FlowEvent& event, const FlowRules& rules) {
  // Without a rule any more, an event still waits behind one of its key that does.
  if (!event.mergeKey.empty() && (rules.mergeWindow > Millis{0} || !merging_.isEmpty())) {
    return {&merging_, hash64(event.mergeKey), rules.mergeWindow};
  }
  if (!event.throttleKey.empty() && (rules.throttleEvery > Millis{0} || !throttling_.isEmpty())) {
    return {&throttling_, hash64(event.throttleKey), rules.throttleEvery};
  }
  return {};
}

bool ChannelFlow::mayPass(const FlowRules& rules, Instant now) {
  return gate_.lets(rules.batchEvery, now) && queue_.pass(rules.rate.limit, now) == RateOutcome::passes;
}

FlowOutcome ChannelFlow::offerToRate(const FlowEvent& event, const FlowRules& rules, HoldRoom room, Instant now) {
  if (mayPass(rules, now)) {
    return FlowOutcome::passes;
  }
  const RateRule& rule = rules.rate;
  HeldEvent held(event);
  if (rule.limit.isNone()) {  // it waits for the batch alone, which leaves at once where it is full: nothing is dropped
    if (room == HoldRoom::none) {
      return FlowOutcome::refused;
    }
    if (!queue_.hasRoomFor(held.bytes(), rule)) {
      gate_.openNow(now);
    }
    queue_.push(std::move(held));
    return FlowOutcome::held;
  }
  // One that is larger than the whole buffer waits only where nothing else does: it would push out all others.
  const bool isLarge = held.bytes() > rule.bufferBytes;
  const bool mayWait =
      isLarge ? queue_.isEmpty() : rule.overflow == RateOverflow::dropOldest || queue_.hasRoomFor(held.bytes(), rule);
  if (rule.bufferEvents == 0 || !mayWait) {
    return FlowOutcome::refused;
  }
  if (room == HoldRoom::none) {
    if (rule.overflow == RateOverflow::refuse || isLarge || queue_.isEmpty()) {
      return FlowOutcome::refused;
    }
    static_cast<void>(queue_.pop());  // the channel's own oldest, and no other's
    ++dropped_;
  }
  dropped_ += isLarge ? 0 : queue_.makeRoomFor(held.bytes(), rule);
  queue_.push(std::move(held));
  return FlowOutcome::held;
}

// Those with an event whose window has ended; null when there are none.
KeyWindows* ChannelFlow::endedWindows(Instant now) {
  if (merging_.hasEnded(now)) {
    return &merging_;
  }
  return throttling_.hasEnded(now) ? &throttling_ : nullptr;
}

HeldEvent ChannelFlow::take(KeyWindows& windows, const FlowRules& rules, Instant now) {
  const bool isMerging = &windows == &merging_;
  KeyWindows::Released released = windows.release(now + (isMerging ? rules.mergeWindow : rules.throttleEvery));
  if (isMerging && released.tally.count > 1) {
    released.event.addTally(released.tally);
  }
  return std::move(released.event);
}

std::optional<HeldEvent> ChannelFlow::release(const FlowRules& rules, Instant now) {
  if (!queue_.isEmpty() && gate_.lets(rules.batchEvery, now) && queue_.letsNext(rules.rate.limit, now)) {
    return queue_.pop();
  }
  while (KeyWindows* const windows = endedWindows(now)) {
    if (mayPass(rules, now)) {
      return take(*windows, rules, now);
    }
    // Nothing that was accepted is refused later: it stays in its window until there is room.
    const std::size_t bytes = windows->firstBytes();
    const bool hasRate = !rules.rate.limit.isNone();
    if (hasRate && rules.rate.overflow == RateOverflow::refuse && !queue_.hasRoomFor(bytes, rules.rate)) {
      return std::nullopt;
    }
    dropped_ += !hasRate || bytes > rules.rate.bufferBytes ? 0 : queue_.makeRoomFor(bytes, rules.rate);
    queue_.push(take(*windows, rules, now));
  }
  return std::nullopt;
}

std::optional<HeldEvent> ChannelFlow::flush(const FlowRules& rules, Instant now) {
  if (!queue_.isEmpty()) {
    return queue_.pop();
  }
  if (merging_.heldEvents() + throttling_.heldEvents() == 0) {
    return std::nullopt;
  }
  return take(merging_.nextEnd() <= throttling_.nextEnd() ? merging_ : throttling_, rules, now);
}

Instant ChannelFlow::next(const FlowRules& rules, Instant now) const {
  const Instant ended = std::min(merging_.nextEnd(), throttling_.nextEnd());
  const Instant let = std::max(queue_.next(rules.rate.limit, now), gate_.next(rules.batchEvery, now));
  if (ended <= now) {
    return let;  // what has ended waits for the rate, too, or for a place in the queue
  }
  return queue_.isEmpty() ? ended : std::min(ended, let);
}

std::size_t ChannelFlow::events() const { return merging_.heldEvents() + throttling_.heldEvents() + queue_.events(); }

std::size_t ChannelFlow::bytes() const { return merging_.heldBytes() + throttling_.heldBytes() + queue_.bytes(); }

std::size_t ChannelFlow::takeDropped() { return std::exchange(dropped_, 0); }

void ChannelFlow::forgetEnded(Instant now) {
  merging_.forgetEnded(now);
  throttling_.forgetEnded(now);
}

}  // namespace millrace
