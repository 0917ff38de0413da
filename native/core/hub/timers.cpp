#include "core/hub/timers.hpp"

#include "core/wire/encoder.hpp"

#include <string>

namespace millrace {
namespace {

// The duration is in seconds.
std::string durationCapData(Millis duration) {
  const std::string millis = std::to_string(duration.count() % 1000);
  std::string data = R"({"reason":"duration_cap","duration":)";
  return data.append(std::to_string(duration.count() / 1000))
             .append(".")
             .append(3 - millis.size(), '0')
             .append(millis) +
         "}";
}

}  // namespace

void Timers::runDue(Instant now) {
  while (Subscriber* const subscriber = parts_.deadlines.takeDue(now)) {
    run(*subscriber, now);
    parts_.deadlines.note(*subscriber);
  }
}

void Timers::run(Subscriber& subscriber, Instant now) {
  SubscriberDeadlines& deadlines = subscriber.deadlines;
  if (deadlines.end <= now) {
    subscriber.isEnding() ? parts_.endings.runDue(subscriber, now) : endOpen(subscriber, now);
    return;
  }
  if (deadlines.unread <= now) {
    deadlines.unread = kNever;
    if (!subscriber.hasBeenRead()) {
      parts_.endings.begin(subscriber, CloseReason::unread, now);
      return;
    }
  }
  if (deadlines.catchUp <= now) {
    parts_.lagJudge.runCatchUp(subscriber, now);
  }
  if (deadlines.stall <= now) {
    parts_.lagJudge.runStall(subscriber, now);
  }
  if (deadlines.heartbeat <= now && !subscriber.isEnding()) {
    parts_.heartbeats.runDue(subscriber, now);
  }
}

// Its maximum duration or the time that it was let in for is over, or its wave of a drain has come.
void Timers::endOpen(Subscriber& subscriber, Instant now) {
  subscriber.deadlines.end = kNever;
  if (subscriber.closeReason == CloseReason::durationCap) {
    EventFields complete;
    complete.type = "complete";
    const std::string data = durationCapData(now - subscriber.openedAt);
    complete.data = data;
    Receipt receipt;
    static_cast<void>(
        parts_.writer.send(subscriber, complete, now, receipt));  // the client sees the end without it, too
  }
  if (subscriber.closeReason == CloseReason::expired) {
    encodeRetry(returns_.next(now), subscriber.reader().preamble().text());
  }
  parts_.endings.begin(subscriber, subscriber.closeReason, now);
}

}  // namespace millrace
