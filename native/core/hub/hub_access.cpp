#include "core/hub/hub_access.hpp"

#include "core/hub/admission.hpp"
#include "core/hub/drain.hpp"
#include "core/hub/registry.hpp"
#include "core/hub/sequence.hpp"

#include <utility>

namespace millrace {

JoinOutcome HubAccess::update(SubscriberId id, const ChannelChange& change, Instant now) {
  return parts_.admission.update(id, change, now);
}

void HubAccess::expire(SubscriberId id, std::optional<Millis> in, Instant now) { parts_.admission.expire(id, in, now); }

void HubAccess::expireBy(SubscriberId id, Millis in, Instant now) { parts_.admission.expireBy(id, in, now); }

std::vector<std::string_view> HubAccess::chosenBy(SubscriberId id) const {
  std::vector<std::string_view> keys;
  if (const Subscriber* const subscriber = parts_.registry.find(id)) {
    for (const Subscription& subscription : subscriber->subscriptions()) {
      if (subscription.chosenBy == ChosenBy::client) {
        keys.emplace_back(subscription.channel->key);
      }
    }
  }
  return keys;
}

void HubAccess::assignUser(SubscriberId id, std::string_view userId) {
  if (Subscriber* const subscriber = parts_.registry.find(id)) {
    parts_.registry.assignUser(*subscriber, userId);
  }
}

void HubAccess::setFacts(SubscriberId id, Facts facts) {
  if (parts_.registry.find(id) != nullptr) {
    parts_.facts.set(id, std::move(facts));
  }
}

std::optional<std::string_view> HubAccess::userOf(SubscriberId id) const {
  const Subscriber* const subscriber = parts_.registry.find(id);
  if (subscriber == nullptr) {
    return std::nullopt;
  }
  return subscriber->userId == nullptr ? std::string_view() : std::string_view(*subscriber->userId);
}

Millis HubAccess::opensAgainIn(std::string_view userId, Instant now) const {
  return parts_.admission.opensAgainIn(userId, now);
}

std::uint32_t HubAccess::nextRetry() { return parts_.drain.nextRetry(); }

void HubAccess::sealIds(std::shared_ptr<BlockCipher> cipher) { parts_.sequence.seal(std::move(cipher)); }

}  // namespace millrace
