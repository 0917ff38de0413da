#include "core/hub/subscriber.hpp"

#include "core/hub/owed_states.hpp"
#include "core/hub/sequence.hpp"

namespace millrace {

void Subscriber::assign(OwnerId owner, void* socket) {
  for (const Subscription& subscription : subscriptions()) {
    subscription.channel->members.move(owner_, owner);
  }
  owner_ = owner;
  socket_ = socket;
  offer.reset();
}

void Subscriber::noteRead(bool isCaughtUp) {
  switch (stage_) {
    case SubscriberStage::unread:
    case SubscriberStage::catchingUp:
      stage_ = isCaughtUp ? SubscriberStage::live : SubscriberStage::catchingUp;
      return;
    case SubscriberStage::endingUnread:
      stage_ = SubscriberStage::ending;
      return;
    case SubscriberStage::live:
    case SubscriberStage::ending:
    case SubscriberStage::over:
      return;
  }
}

void Subscriber::beginEnding(CloseReason reason, std::uint64_t lastSequence) {
  if (!isOver()) {
    stage_ = hasBeenRead() ? SubscriberStage::ending : SubscriberStage::endingUnread;
  }
  closeReason = reason;
  hasProgressed = false;
  reader_.endAt(lastSequence);
  deadlines.stop();
}

void Subscriber::holdUntil(Instant until) const {
  for (const Subscription& subscription : subscriptions()) {
    if (reader_.awaits(subscription)) {
      subscription.channel->hold(until);
    }
  }
}

void Subscriber::completePreamble(const Sequence& sequence) {
  clientCursor_.sayVerdict(reader_);
  if (subscriptions().mayOweStates()) {
    const bool hasAll = !hasBeenRead() && clientCursor_.verdict() == Verdict::continued;
    hasAll ? subscriptions().settleStates([](const Subscription&) {})
           : sendOwedStates(subscriptions(), reader_.preamble());
  }
  reader_.preamble().complete(sequence, reader_.position(), !subscriptions().isEmpty());
}

}  // namespace millrace
