#include "core/hub/owed_states.hpp"

#include <utility>

namespace millrace {

void sendOwedStates(Subscriptions& subscriptions, Preamble& preamble) {
  subscriptions.settleStates([&preamble](Subscription& subscription) {
    const ChannelState* const state = subscription.channel->state.get();
    if (state == nullptr) {
      return;
    }
    SharedText text = state->source->text();
    if (text == nullptr) {
      return;
    }
    preamble.addState(std::move(text));
    const bool hasParts = subscription.cursor < subscription.channel->log.after(state->through);
    subscription.stateThrough = hasParts ? state->through : 0;
  });
}

}  // namespace millrace
