#include "core/hub/admission.hpp"

#include "core/hub/deadlines.hpp"
#include "core/hub/deflate_queue.hpp"
#include "core/hub/drain.hpp"
#include "core/hub/inbox.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/revocations.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/sweeper.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace millrace {

OpenOutcome Admission::open(SubscriberId id, OwnerId owner, const OpenOptions& options, Instant now) {
  if (parts_.drain.hasBegun()) {
    return OpenOutcome::draining;
  }
  const bool isListener = options.kind == SubscriberKind::listener;
  if (!isListener && parts_.registry.connections() >= parts_.options.connections) {
    return OpenOutcome::serverFull;
  }
  if (!lastOptions_ || *lastOptions_ != options.subscriber) {
    lastOptions_ = std::make_shared<const SubscriberOptions>(options.subscriber);
  }
  Subscriber& subscriber = parts_.registry.add(
      std::make_unique<Subscriber>(id, owner, options.kind, lastOptions_, parts_.sequence.newest()));
  parts_.scheduler.addSubscriber(owner);
  if (options.lastEventId && !options.lastEventId->empty()) {
    subscriber.clientCursor().come(*options.lastEventId, parts_.sequence, subscriber.reader());
  }
  if (!options.subscriber.hasNotices) {
    subscriber.reader().preamble().withholdNotices();
  }
  if (!isListener) {
    greetConnection(subscriber, options);
    parts_.scheduler.noteNews(subscriber, now);
  }
  const SubscriberOptions& lifetime = subscriber.options();
  SubscriberDeadlines& deadlines = subscriber.deadlines;
  subscriber.openedAt = now;
  deadlines.heartbeat = lifetime.heartbeat.every > Millis{0} ? now + lifetime.heartbeat.every : kNever;
  deadlines.unread = isListener ? kNever : now + parts_.options.unreadFor;
  limitLife(subscriber, options.expiresIn, now);
  parts_.deadlines.note(subscriber);
  return OpenOutcome::opened;
}

// By its maximum duration and by what it was let in for, whichever is shorter.
void Admission::limitLife(Subscriber& subscriber, std::optional<Millis> expiresIn, Instant now) {
  const Millis longest = subscriber.options().maxDuration;
  const Instant end = longest > Millis{0} ? subscriber.openedAt + longest : kNever;
  const bool expires = expiresIn && now + *expiresIn < end;
  subscriber.deadlines.end = expires ? now + *expiresIn : end;
  subscriber.closeReason = expires ? CloseReason::expired : CloseReason::durationCap;
}

void Admission::expireBy(SubscriberId id, Millis in, Instant now) {
  Subscriber* const subscriber = parts_.registry.findOpen(id);
  if (subscriber != nullptr && now + in < subscriber->deadlines.end) {
    subscriber->deadlines.end = now + in;
    subscriber->closeReason = CloseReason::expired;
    parts_.deadlines.note(*subscriber);
  }
}

void Admission::expire(SubscriberId id, std::optional<Millis> in, Instant now) {
  Subscriber* const subscriber = parts_.registry.findOpen(id);
  if (subscriber == nullptr || parts_.drain.hasBegun()) {  // it has its wave
    return;
  }
  limitLife(*subscriber, in, now);
  parts_.deadlines.note(*subscriber);
}

void Admission::greetConnection(Subscriber& subscriber, const OpenOptions& options) {
  Preamble& preamble = subscriber.reader().preamble();
  preamble.begin(options.greeting);
  if (options.retry) {
    encodeRetry(*options.retry, preamble.text());
  }
  // A client that resumes has a cursor already, and keeps it until an event or a reset moves it.
  if (!subscriber.clientCursor().isGiven()) {
    preamble.oweCursor();
  }
}

JoinOutcome Admission::join(SubscriberId id, std::string_view key, const JoinOptions& options, Instant now) {
  Subscriber* const subscriber = parts_.registry.findOpen(id);
  if (subscriber == nullptr) {
    return JoinOutcome::closed;
  }
  const JoinOutcome outcome = check(*subscriber, key, options, now);
  if (outcome != JoinOutcome::joined) {
    return outcome;
  }
  Channel& channel = parts_.registry.channel(key, now);
  parts_.sweeper.noteUse(now);
  parts_.registry.assignUser(*subscriber, options.userId);
  if (channel.inbox.isNone() && channel.inFlight == 0) {
    channel.trim(now);
  }
  const std::uint64_t head = parts_.sequence.newest();
  subscriber->clientCursor().join(channel, subscriber->joinPosition(head), subscriber->hasBeenRead(),
                                  subscriber->reader());

  Subscription subscription;
  subscription.channel = &channel;
  const bool isLikeFirst = options.isLikeFirst && !subscriber->subscriptions().isEmpty();
  subscription.filter =
      isLikeFirst ? subscriber->subscriptions().first().filter : EventFilter(options.types, options.labels);
  subscription.owesState = !subscriber->isListener();
  subscription.endsSubscriber = options.endsSubscriber;
  subscription.chosenBy = options.isChosen ? ChosenBy::client : ChosenBy::route;
  subscription.beginAfter(subscriber->joinPosition(head));
  if (options.last > 0 && subscriber->beginsNow()) {
    LogReader& reader = subscriber->reader();
    reader.setPosition(std::min(reader.position(), subscription.beginBefore(options.last, subscriber->options(), now)));
  }
  if (subscription.owesState && channel.state != nullptr) {
    subscriber->reader().preamble().expectState();
  }
  const bool isStored = subscription.stored != nullptr;
  const bool hasHistory = isStored || subscription.cursor < channel.log.readableEnd();
  if (hasHistory && !isStored) {
    channel.hold(now + parts_.options.lagGrace);  // the client was promised this history
  }
  const bool isFirstCompressed = subscriber->options().isCompressed && !channel.members.areCompressed();
  if (isFirstCompressed) {
    channel.log.deflateFrom(isStored ? channel.log.begin() : subscription.cursor);
  }
  parts_.registry.join(*subscriber, std::move(subscription), now);
  if (isFirstCompressed) {
    parts_.deflates.add(channel);
  }
  if (hasHistory || subscriber->clientCursor().owesVerdict() || subscriber->reader().preamble().hasText()) {
    parts_.scheduler.noteNews(*subscriber, now);
  }
  return JoinOutcome::joined;
}

JoinOutcome Admission::check(const Subscriber& subscriber, std::string_view key, const JoinOptions& options,
                             Instant now) {
  const HubOptions& limits = parts_.options;
  const bool isCounted = !subscriber.isListener();
  const Channel* const known = parts_.registry.findChannel(key);
  if (known != nullptr && subscriber.subscriptions().contain(*known)) {
    return JoinOutcome::alreadyThere;
  }
  if (parts_.revocations.isDenied(subscriber.userId != nullptr ? *subscriber.userId : options.userId, now)) {
    return JoinOutcome::denied;
  }
  const bool isNewOfUser = subscriber.userId == nullptr && !options.userId.empty();
  if (isNewOfUser && openers_.take(options.userId, limits.opensPerUser, now) == RateOutcome::exceeds) {
    return JoinOutcome::tooFast;
  }
  const ChannelClass& group = parts_.registry.classOf(known, key);
  if (isCounted && (known == nullptr ? 0 : known->members.connections()) >= group.policy.limits.connections) {
    return JoinOutcome::channelFull;
  }
  if (isCounted && group.hasAllConnections() && !subscriber.subscriptions().contain(group)) {
    return JoinOutcome::policyFull;
  }
  if (isCounted && subscriber.subscriptions().size() >= limits.channelsPerConnection) {
    return JoinOutcome::tooManyChannels;
  }
  if (known == nullptr) {
    switch (parts_.sweeper.roomForChannel(group, now)) {
      case ChannelRoom::hubFull:
        return JoinOutcome::hubFull;
      case ChannelRoom::policyFull:
        return JoinOutcome::policyChannels;
      case ChannelRoom::there:
        break;
    }
  }
  if (isNewOfUser && parts_.registry.subscribersOfUser(options.userId) >= limits.perUser) {
    return JoinOutcome::userFull;
  }
  return JoinOutcome::joined;
}

bool Admission::leave(SubscriberId id, std::string_view key, Instant now) {
  Subscriber* const subscriber = parts_.registry.find(id);
  Channel* const channel = parts_.registry.findChannel(key);
  if (subscriber == nullptr || channel == nullptr || !subscriber->subscriptions().contain(*channel)) {
    return false;
  }
  parts_.registry.leave(*subscriber, *channel, now);
  return true;
}

// The events that end the subscriber end it in the new channels, too, if they do in all others.
JoinOutcome Admission::update(SubscriberId id, const ChannelChange& change, Instant now) {
  Subscriber* const subscriber = parts_.registry.findOpen(id);
  if (subscriber == nullptr) {
    return JoinOutcome::closed;
  }
  const Subscriptions& others = subscriber->subscriptions();
  JoinOptions options;
  options.isLikeFirst = true;
  options.isChosen = change.isClients;
  options.endsSubscriber =
      std::all_of(others.begin(), others.end(), [](const Subscription& one) { return one.endsSubscriber; });
  std::vector<std::string_view> joined;
  for (const std::string_view key : change.join) {
    const JoinOutcome outcome = join(id, key, options, now);
    if (outcome == JoinOutcome::joined) {
      joined.push_back(key);
    } else if (outcome != JoinOutcome::alreadyThere) {
      std::for_each(joined.begin(), joined.end(), [&](std::string_view one) { leave(id, one, now); });
      return outcome;
    }
  }
  for (const std::string_view key : change.leave) {
    const Channel* const channel = parts_.registry.findChannel(key);
    const Subscription* const left = channel == nullptr ? nullptr : subscriber->subscriptions().find(*channel);
    if (left != nullptr && (left->chosenBy == ChosenBy::client || !change.isClients)) {
      leave(id, key, now);
    }
  }
  return JoinOutcome::joined;
}

void Admission::close(SubscriberId id, Instant now, CloseReason reason) {
  Subscriber* const subscriber = parts_.registry.find(id);
  if (subscriber == nullptr) {
    return;
  }
  Registry::countEnd(*subscriber, subscriber->isEnding() ? subscriber->closeReason : reason, now);
  parts_.deadlines.forget(*subscriber);
  takenOver_ -= subscriber->socket() != nullptr ? 1 : 0;
  const OwnerId owner = subscriber->owner();
  parts_.registry.remove(id, now);
  parts_.facts.forget(id);
  forgetSubscriber(owner);
}

Subscriber* Admission::assign(SubscriberId id, OwnerId owner, void* socket, Instant now) {
  Subscriber* const subscriber = parts_.registry.find(id);
  if (subscriber == nullptr) {
    return nullptr;
  }
  takenOver_ -= subscriber->socket() != nullptr ? 1 : 0;
  takenOver_ += socket != nullptr ? 1 : 0;
  const OwnerId before = subscriber->owner();
  parts_.scheduler.withdrawClosing(*subscriber);
  parts_.scheduler.addSubscriber(owner);
  subscriber->assign(owner, socket);
  forgetSubscriber(before);
  if (subscriber->isEnding()) {
    parts_.scheduler.noteClosing(*subscriber, subscriber->closeReason, now);
  }
  if (subscriber->hasPending() || awaitsStore(subscriber->reader())) {
    parts_.scheduler.noteNews(*subscriber, now);
  }
  return subscriber;
}

void Admission::forgetSubscriber(OwnerId owner) {
  if (parts_.scheduler.removeSubscriber(owner)) {
    parts_.inbox.clearOwn(owner);
  }
}

}  // namespace millrace
