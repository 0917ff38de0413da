#include "core/hub/owed_states.hpp"

#include <utility>

namespace millrace {

void sendOwedStates(Subscriptions& subscriptions, Preamble& preamble) {
  subscriptions.settleStates([&preamble](Subscription& subscription) {
    SharedText text = subscription.stateText();
    if (text == nullptr) {
      return;
    }
    preamble.addState(std::move(text));
    const std::uint64_t through = subscription.channel->state->through;
    const bool hasParts = subscription.stored != nullptr
                              ? subscription.stored->passedThrough() < through
                              : subscription.cursor < subscription.channel->log.after(through);
    subscription.stateThrough = hasParts ? through : 0;
  });
}

}  // namespace millrace
