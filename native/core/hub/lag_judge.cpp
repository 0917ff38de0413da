#include "core/hub/lag_judge.hpp"

#include <algorithm>

namespace millrace {

void LagJudge::noteProgress(Subscriber& subscriber) {
  subscriber.pace = Pace::inTime;
  subscriber.hasProgressed = true;
  subscriber.deadlines.catchUp = kNever;
  subscriber.deadlines.stall = kNever;
}

void LagJudge::notePartialProgress(Subscriber& subscriber) {
  if (subscriber.isCatchingUp()) {
    noteProgress(subscriber);
  } else {
    subscriber.hasProgressed = true;
    subscriber.deadlines.stall = kNever;
  }
}

void LagJudge::noteBehind(Subscriber& subscriber, Instant now) {
  constexpr int kToCatchUpFirst = 10;
  if (subscriber.isEnding()) {
    endings_.noteBehind(subscriber, now);
    return;
  }
  if (!subscriber.hasBeenRead()) {
    return;
  }
  SubscriberDeadlines& deadlines = subscriber.deadlines;
  if (deadlines.stall == kNever) {
    deadlines.stall = now + subscriber.options().lag.stall;
    deadlines_.note(subscriber);
  }
  if (subscriber.pace == Pace::slow) {
    return;
  }
  if (deadlines.catchUp == kNever) {
    deadlines.catchUp = now + options_.lagGrace * (subscriber.isCatchingUp() ? kToCatchUpFirst : 1);
    deadlines_.note(subscriber);
  }
  if (deadlines.catchUp <= now) {
    subscriber.pace = Pace::slow;
    deadlines.catchUp = kNever;
    return;
  }
  subscriber.holdUntil(deadlines.catchUp);
}

void LagJudge::judge(Subscriber& subscriber, Instant now) {
  LogReader& reader = subscriber.reader();
  if (!subscriber.hasBeenRead()) {
    // What nobody has begun to read holds its own events only; they have a limit, too.
    if (reader.own().bytes() > options_.history.bytes) {
      endings_.begin(subscriber, CloseReason::lagging, now);
    }
    return;
  }
  const LagOptions& limits = subscriber.options().lag;
  const LogDistance lag = reader.lag();
  if (!subscriber.isListener() && lag.events > 0) {
    subscriber.group->metrics.lag.add(lag.events);
  }
  const bool isSlow = subscriber.pace == Pace::slow;
  const bool isBeyond = isSlow && (lag.events > limits.events || lag.bytes > limits.bytes);
  if (limits.overflow == Overflow::dropOldest) {
    if (isBeyond || reader.isEvicted()) {
      reader.dropOldest();
    }
    if (reader.isBroken()) {
      endings_.begin(subscriber, CloseReason::lagging, now);
    }
  } else if (isBeyond || reader.isEvicted() || (isSlow && isNearlyEvicted(subscriber))) {
    endings_.begin(subscriber, CloseReason::lagging, now);
  }
}

// A client is disconnected while half of the history lies behind its cursor, so that it still finds the rest when it reconnects. In a store
// it finds it in any case.
bool LagJudge::isNearlyEvicted(const Subscriber& subscriber) {
  const auto& subscriptions = subscriber.subscriptions();
  return std::any_of(subscriptions.begin(), subscriptions.end(), [](const Subscription& subscription) {
    if (subscription.stored != nullptr || subscription.channel->policy().durability != Durability::memory) {
      return false;
    }
    const LogLimits& history = subscription.channel->policy().history;
    const LogDistance behind = subscription.channel->log.distance(subscription.cursor);
    return behind.events > history.events - history.events / 2 || behind.bytes > history.bytes - history.bytes / 2;
  });
}

void LagJudge::runCatchUp(Subscriber& subscriber, Instant now) {
  subscriber.deadlines.catchUp = kNever;
  if (subscriber.isBehind()) {
    subscriber.pace = Pace::slow;
    judge(subscriber, now);
  }
}

void LagJudge::runStall(Subscriber& subscriber, Instant now) {
  subscriber.deadlines.stall = kNever;
  if (subscriber.isBehind() && !subscriber.isEnding()) {
    endings_.begin(subscriber, CloseReason::lagging, now);
  }
}

}  // namespace millrace
