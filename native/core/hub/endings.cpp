#include "core/hub/endings.hpp"

#include "core/wire/notice.hpp"

#include <string>
#include <utility>

namespace millrace {

void Endings::begin(Subscriber& subscriber, CloseReason reason, Instant now, std::string_view said) {
  if (subscriber.isEnding()) {
    return;
  }
  if (!subscriber.options().hasNotices && isIntended(reason) && !isFinal(reason)) {
    reason = CloseReason::disconnected;  // its client would take the end for the whole
  }
  subscriber.beginEnding(reason, sequence_.newest());
  if (isIntended(reason) && subscriber.options().hasNotices && !subscriber.isListener()) {
    tellClient(subscriber, reason, now, said);
  }
  subscriber.deadlines.end = now + (subscriber.hasBeenRead() ? options_.flushFor : options_.unreadFor);
  if (!isHopeless(reason) && subscriber.hasPending()) {
    subscriber.holdUntil(subscriber.deadlines.end);
  }
  deadlines_.note(subscriber);
  scheduler_.noteClosing(subscriber, reason, now);
}

// The notice comes behind all that the subscriber still gets. It tells the client to reconnect if it reads a channel, unless the
// application has ended the stream.
void Endings::tellClient(Subscriber& subscriber, CloseReason reason, Instant now, std::string_view said) {
  const bool goesOn = !isFinal(reason) && !subscriber.subscriptions().isEmpty();
  std::string notice;
  encodeEnd(said.empty() ? closeReasonName(reason) : said, goesOn ? Return::wanted : Return::never, notice);
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
  // While the hub drains there is no time for slow ones.
  if (subscriber.closeReason != CloseReason::draining && std::exchange(subscriber.hasProgressed, false)) {
    deadlines.end = now + options_.flushFor;
    subscriber.holdUntil(deadlines.end);
    return;
  }
  deadlines.end = kNever;
  subscriber.endWaiting();
  scheduler_.noteClosing(subscriber, CloseReason::lagging, now);
}

}  // namespace millrace
