#include "core/hub/channel_states.hpp"

#include "core/hub/channel_ends.hpp"
#include "core/hub/publisher.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/sequence.hpp"

#include <utility>

namespace millrace {

WriteOutcome ChannelStates::set(std::string_view key, std::shared_ptr<StateSource> state, Instant now) {
  Channel* channel = nullptr;
  const WriteOutcome outcome = publisher_.use(key, now, channel);
  if (outcome != WriteOutcome::written) {
    return outcome;
  }
  if (channel->state == nullptr) {
    channel->state = std::make_unique<ChannelState>();
  }
  *channel->state = {std::move(state), sequence_.newest()};
  return WriteOutcome::written;
}

void ChannelStates::clear(std::string_view key) {
  if (Channel* const channel = registry_.findChannel(key)) {
    channel->state.reset();
  }
}

WriteOutcome ChannelStates::close(std::string_view key, Instant now) { return ends_.close(key, now); }

std::shared_ptr<StateSource> ChannelStates::of(std::string_view key) const {
  const Channel* const channel = registry_.findChannel(key);
  return channel == nullptr || channel->state == nullptr ? nullptr : channel->state->source;
}

}  // namespace millrace
