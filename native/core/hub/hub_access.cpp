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

void HubAccess::setFacts(SubscriberId id, Facts facts) {
  if (parts_.registry.find(id) != nullptr) {
    parts_.facts.set(id, std::move(facts));
  }
}

Millis HubAccess::opensAgainIn(std::string_view userId, Instant now) const {
  return parts_.admission.opensAgainIn(userId, now);
}

std::uint32_t HubAccess::nextRetry() { return parts_.drain.nextRetry(); }

void HubAccess::sealIds(std::shared_ptr<BlockCipher> cipher) { parts_.sequence.seal(std::move(cipher)); }

}  // namespace millrace
