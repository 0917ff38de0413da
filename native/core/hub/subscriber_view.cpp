#include "core/hub/subscriber_view.hpp"

#include "core/hub/sequence.hpp"
#include "core/hub/subscriber.hpp"

#include <algorithm>

namespace millrace {

std::optional<Verdict> SubscriberView::verdict() const {
  return exists() ? subscriber_->clientCursor().verdict() : std::nullopt;
}

std::string SubscriberView::position() const {
  return sequence_.idOf(exists() ? subscriber_->reader().passedThrough() : sequence_.newest());
}

bool SubscriberView::hasPassed(std::uint64_t sequence) const {
  return !exists() || subscriber_->reader().passedThrough() >= sequence;
}

std::optional<std::string> SubscriberView::beginning() const {
  if (!exists() || !subscriber_->reader().preamble().beginsWithCursor() || verdict()) {
    return std::nullopt;
  }
  return sequence_.idOf(subscriber_->reader().position());
}

// One that ends waits for what is yet to come from the store.
bool SubscriberView::hasPending() const {
  return exists() && (subscriber_->hasPending() || (subscriber_->isEnding() && awaitsStore(subscriber_->reader())));
}

bool SubscriberView::hasLost() const {
  return exists() && (subscriber_->reader().isBroken() || subscriber_->reader().isEvicted());
}

bool SubscriberView::hasMore() const {
  return exists() && (subscriber_->reader().hasMore() || awaitsStore(subscriber_->reader()));
}

StreamTally SubscriberView::tally() const {
  return exists() ? StreamTally{subscriber_->reader().eventsTaken(), subscriber_->bytesTaken} : StreamTally{};
}

bool SubscriberView::isComplete() const {
  if (verdict() != Verdict::continued) {
    return false;
  }
  const LogReader& reader = subscriber_->reader();
  const auto& subscriptions = reader.subscriptions();
  const bool hasAll = std::all_of(subscriptions.begin(), subscriptions.end(), [](const Subscription& subscription) {
    return subscription.stored == nullptr && subscription.cursor >= subscription.channel->log.readableEnd();
  });
  if (areClosed(subscriptions) && hasAll) {
    return true;
  }
  return std::any_of(subscriptions.begin(), subscriptions.end(), [&](const Subscription& subscription) {
    const ChannelLog& log = subscription.channel->log;
    const Cursor next = log.after(reader.position());
    if (next == log.begin()) {
      return false;
    }
    const LogEntry& newest = log.at({next.next - 1});  // of those that the client has
    return newest.sequence == reader.position() && subscription.endsAfter(newest, subscriber_->options());
  });
}

}  // namespace millrace
