#include "core/hub/endings.hpp"

#include "core/wire/notice.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace millrace {
namespace {

// So long a client that is let in no longer has to take the notice of it: then its connection is closed.
constexpr Millis kRevokedFor{100};

}  // namespace

void Endings::begin(Subscriber& subscriber, CloseReason reason, Instant now, std::string_view said) {
  if (reason == CloseReason::revoked && subscriber.isEnding()) {
    subscriber.closeReason = reason;  // what it was to be given until its end, it is not given any more
    subscriber.reader().endAt(0);
    subscriber.deadlines.end = std::min(subscriber.deadlines.end, now + kRevokedFor);
    deadlines_.note(subscriber);
  }
  if (subscriber.isEnding()) {
    return;
  }
  if (!subscriber.options().hasNotices && isIntended(reason) && !isWhole(reason)) {
    reason = CloseReason::disconnected;  // its client would take the end for the whole
  }
  subscriber.beginEnding(reason, reason == CloseReason::revoked ? 0 : sequence_.newest());
  if (isIntended(reason) && subscriber.options().hasNotices && !subscriber.isListener()) {
    tellClient(subscriber, reason, now, said);
  }
  subscriber.deadlines.end = now + timeToTake(subscriber, reason);
  if (!isHopeless(reason) && subscriber.hasPending()) {
    subscriber.holdUntil(subscriber.deadlines.end);
  }
  deadlines_.note(subscriber);
  scheduler_.noteClosing(subscriber, reason, now);
}

Millis Endings::timeToTake(const Subscriber& subscriber, CloseReason reason) const {
  if (reason == CloseReason::revoked) {
    return kRevokedFor;
  }
  return subscriber.hasBeenRead() ? options_.flushFor : options_.unreadFor;
}

// The notice comes behind all that the subscriber still gets. It tells the client to reconnect if it reads a channel, unless the
// application has ended the stream.
void Endings::tellClient(Subscriber& subscriber, CloseReason reason, Instant now, std::string_view said) {
  const bool goesOn = !isFinal(reason) && !subscriber.subscriptions().isEmpty();
  std::string notice;
  const bool isDetail =
      reason == CloseReason::revoked || reason == CloseReason::moved;  // clients know these by their names
  encodeEnd(said.empty() || isDetail ? closeReasonName(reason) : said, goesOn ? Return::wanted : Return::never, notice,
            isDetail ? said : "");
  subscriber.reader().sayAtEnd(notice);
  scheduler_.noteNews(subscriber, now);
}

void Endings::breakOff(Subscriber& subscriber, Instant now) {
  if (subscriber.isEnding()) {
    scheduler_.noteClosing(subscriber, CloseReason::lagging, now);
  }
  begin(subscriber, CloseReason::lagging, now);
}

void Endings::noteBehind(Subscriber& subscriber, Instant now) {
  if (subscriber.isOver()) {
    return;
  }
  Instant& end = subscriber.deadlines.end;
  if (subscriber.hasBeenRead() && end > now + options_.flushFor) {  // somebody has begun to read it
    end = now + options_.flushFor;
    deadlines_.note(subscriber);
  }
  subscriber.holdUntil(end);
}

void Endings::runDue(Subscriber& subscriber, Instant now) {
  SubscriberDeadlines& deadlines = subscriber.deadlines;
  // While the hub drains there is no time for slow ones, and none for who was let in no longer.
  if (subscriber.closeReason != CloseReason::draining && subscriber.closeReason != CloseReason::revoked &&
      std::exchange(subscriber.hasProgressed, false)) {
    deadlines.end = now + options_.flushFor;
    subscriber.holdUntil(deadlines.end);
    return;
  }
  deadlines.end = kNever;
  subscriber.endWaiting();
  scheduler_.noteClosing(subscriber, CloseReason::lagging, now);
}

}  // namespace millrace
