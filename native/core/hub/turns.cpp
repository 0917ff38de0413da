#include "core/hub/turns.hpp"

#include "core/hub/deliveries.hpp"
#include "core/hub/endings.hpp"
#include "core/hub/heartbeats.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/lag_judge.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/stored_reads.hpp"

#include <algorithm>

namespace millrace {

std::vector<OwnerId> Turns::takeWakes() { return parts_.scheduler.takeWakes(); }

void Turns::trust(OwnerId owner) { parts_.scheduler.trust(owner); }

void Turns::forget(OwnerId owner) {
  if (parts_.scheduler.distrust(owner)) {
    parts_.inbox.clearOwn(owner);
  }
}

OwnerTurn Turns::begin(OwnerId owner) {
  parts_.scheduler.beginTurn(owner);
  return OwnerTurn(owner);
}

bool Turns::collect(const OwnerTurn& turn, std::size_t limit, Instant now, Turn& found) {
  return parts_.scheduler.collect(turn.owner_, limit, parts_.registry, now, found);
}

void Turns::settle(OwnerTurn turn, Instant now) {
  const std::vector<SubscriberId> offered = parts_.scheduler.endTurn(turn.owner_, now);
  parts_.inbox.clearOwn(turn.owner_);
  const auto forEachBehind = [&](auto&& act) {
    for (const SubscriberId id : offered) {
      if (Subscriber* const subscriber = parts_.registry.findOpen(id);
          subscriber != nullptr && subscriber->isBehind()) {
        act(*subscriber);
      }
    }
  };
  forEachBehind([&](Subscriber& subscriber) { parts_.lagJudge.noteBehind(subscriber, now); });
  parts_.inbox.trim(now);
  forEachBehind([&](Subscriber& subscriber) { parts_.lagJudge.judge(subscriber, now); });
}

bool Turns::awaitsLink(const Subscriber& subscriber) {
  return subscriber.linkPace != nullptr && subscriber.linkPace->isAwaited();
}

void Turns::noteLink(Subscriber& subscriber, const LinkState& link, Instant now) {
  parts_.heartbeats.noteLink(subscriber, link, now);
}

void Turns::countBytes(Subscriber& subscriber, std::size_t bytes) {
  subscriber.bytesTaken += bytes;
  if (!subscriber.isListener()) {
    subscriber.group->metrics.deliveredBytes += bytes;
  }
}

void Turns::countBytes(SubscriberId id, std::size_t bytes) {
  if (Subscriber* const subscriber = parts_.registry.find(id)) {
    countBytes(*subscriber, bytes);
  }
}

bool Turns::isCatchingUp(const Subscriber& subscriber) {
  const Subscriptions& all = subscriber.subscriptions();
  return !subscriber.hasBeenRead() || std::any_of(all.begin(), all.end(), [](const Subscription& subscription) {
    return subscription.stored != nullptr;
  });
}

void Turns::postpone(Subscriber& subscriber, Instant now) { parts_.lagJudge.noteBehind(subscriber, now); }

Reading Turns::read(SubscriberId id, Instant now, const ReadLimits& limits, Spans& spans) {
  Subscriber* const subscriber = parts_.registry.find(id);
  return subscriber == nullptr ? Reading() : read(*subscriber, now, limits, spans);
}

Reading Turns::read(Subscriber& subscriber, Instant now, const ReadLimits& limits, Spans& spans) {
  if (awaitsStore(subscriber.reader())) {
    parts_.storedReads.provide(subscriber);
  }
  subscriber.completePreamble(parts_.sequence);
  if (subscriber.options().isCompressed) {
    ReadLimits allowed = limits;
    allowed.sequence = parts_.deflates.readableThrough();
    subscriber.reader().gather(now, allowed, spans);
  } else {
    subscriber.reader().gather(now, limits, spans);
  }
  return Reading(subscriber);
}

ReadNext Turns::taken(Reading reading, Instant now) {
  if (reading.subscriber_ == nullptr) {
    return ReadNext::nothing;
  }
  Subscriber& subscriber = *reading.subscriber_;
  LogReader& reader = subscriber.reader();
  if (reader.isBroken()) {
    parts_.endings.breakOff(subscriber, now);
    return ReadNext::nothing;
  }
  const bool hasMoreToGive = reader.hasMore();
  reader.taken();
  const bool isAtPiecesEnd = awaitsStore(reader);
  const bool hasNewPiece = isAtPiecesEnd && parts_.storedReads.provide(subscriber);
  const bool mustWait = isAtPiecesEnd && !hasNewPiece;
  const bool hasMore = hasNewPiece || (hasMoreToGive && !mustWait);
  noteFirstRead(subscriber, now);
  countDelivered(subscriber, now);
  subscriber.offer.answer(hasMore);
  LagJudge::noteProgress(subscriber);
  const bool awaitsDeflate = subscriber.options().isCompressed && !hasMore && subscriber.hasPending();
  subscriber.noteRead(!hasMore && !awaitsDeflate && !mustWait);
  if (awaitsDeflate) {
    parts_.scheduler.noteNews(subscriber, now);
  }
  if (hasMore || awaitsDeflate) {
    parts_.lagJudge.noteBehind(subscriber, now);  // the read's limits left events out: they are held
  }
  if (reader.isComplete()) {
    parts_.endings.begin(subscriber, CloseReason::completed, now);
  }
  if (mustWait) {
    return ReadNext::store;
  }
  return hasMore || (subscriber.isEnding() && subscriber.hasPending()) ? ReadNext::more : ReadNext::nothing;
}

// Of a connection that has not been read before, what became of its client's cursor is counted.
void Turns::noteFirstRead(Subscriber& subscriber, Instant now) {
  if (subscriber.hasBeenRead()) {
    return;
  }
  Registry::countStream(subscriber, now);
  if (const auto verdict = subscriber.clientCursor().verdict(); verdict && subscriber.isCounted) {
    ++subscriber.group->metrics.verdicts[static_cast<std::size_t>(*verdict)];
  }
}

void Turns::takenUpTo(Reading reading, const char* firstUntaken, Instant now, Progress progress) {
  if (reading.subscriber_ == nullptr) {
    return;
  }
  Subscriber& subscriber = *reading.subscriber_;
  subscriber.reader().takenUpTo(firstUntaken);
  noteFirstRead(subscriber, now);
  countDelivered(subscriber, now);
  subscriber.noteRead(false);
  if (progress == Progress::some) {
    LagJudge::notePartialProgress(subscriber);
  }
  if (subscriber.reader().isBroken()) {
    parts_.endings.breakOff(subscriber, now);
  } else {
    parts_.lagJudge.noteBehind(subscriber, now);
  }
}

}  // namespace millrace
