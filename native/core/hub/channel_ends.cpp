#include "core/hub/channel_ends.hpp"

#include "core/hub/channel.hpp"
#include "core/hub/durable_log.hpp"
#include "core/hub/flow_control.hpp"
#include "core/hub/publisher.hpp"
#include "core/hub/scheduler.hpp"
#include "core/hub/sequence.hpp"
#include "core/hub/subscriptions.hpp"

#include <algorithm>

namespace millrace {

WriteOutcome ChannelEnds::close(std::string_view key, Instant now) {
  Channel* channel = nullptr;
  const WriteOutcome outcome = parts_.publisher.use(key, now, channel);
  if (outcome != WriteOutcome::written || channel->isClosed()) {
    return outcome;
  }
  parts_.flow.flush(*channel, now);
  channel->endsAfter = std::max<std::uint64_t>(1, parts_.sequence.newest());
  parts_.durable.end(*channel);
  for (std::size_t slot = 0; slot < channel->members.size(); ++slot) {
    parts_.scheduler.noteNews(channel->members.at(slot), now);
  }
  return outcome;
}

bool areClosed(const Subscriptions& subscriptions) {
  return !subscriptions.isEmpty() &&
         std::all_of(subscriptions.begin(), subscriptions.end(),
                     [](const Subscription& subscription) { return subscription.channel->isClosed(); });
}

}  // namespace millrace
