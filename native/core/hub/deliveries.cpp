#include "core/hub/deliveries.hpp"

#include "core/hub/registry.hpp"
#include "core/hub/subscriber.hpp"

#include <algorithm>
#include <cstdint>

namespace millrace {

void countDelivered(Subscriber& subscriber, Instant now) {
  if (subscriber.isListener()) {
    return;
  }
  const auto count = [&](ClassMetrics& metrics, const FreshEvents& fresh) {
    if (fresh.events == 0) {
      return;
    }
    metrics.delivered += fresh.events;
    metrics.deliverRate.add(fresh.events, now);
    metrics.latency.add(static_cast<std::uint64_t>((now - std::max(fresh.since, subscriber.openedAt)).count()));
  };
  for (const Subscription& subscription : subscriber.subscriptions()) {
    count(subscription.channel->channelClass().metrics, subscription.fresh);
  }
  count(subscriber.group->metrics, subscriber.reader().own().fresh);
}

}  // namespace millrace
