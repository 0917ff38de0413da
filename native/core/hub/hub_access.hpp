#pragma once

#include "core/base/instant.hpp"
#include "core/hub/facts.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/hub/revocations.hpp"
#include "core/identity/id_seal.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

class Admission;
class Drain;
class Registry;
class Sequence;

// What a hub does about who reads it, beside letting them in.
class HubAccess {
 public:
  // All outlive it.
  struct Parts {
    Registry& registry;
    Sequence& sequence;
    Admission& admission;
    Revocations& revocations;
    FactTable& facts;
    Drain& drain;
  };
  explicit HubAccess(const Parts& parts) : parts_(parts) {}

  // It reads other channels from now on, from the hub's head and by the filter of its first one: all of them, or, where one cannot be
  // joined, nothing changes. Joining what it reads, and leaving what it does not, is nothing. `closed`: it is not there, or is ending.
  [[nodiscard]] JoinOutcome update(SubscriberId id, const ChannelChange& change, Instant now);
  // It was let in for so long from now on; none: for as long as it lives.
  void expire(SubscriberId id, std::optional<Millis> in, Instant now);
  // And for so long at most.
  void expireBy(SubscriberId id, Millis in, Instant now);
  // The channels that its client has chosen.
  [[nodiscard]] std::vector<std::string_view> chosenBy(SubscriberId id) const;
  // It is this user's from now on, where it is nobody's yet.
  void assignUser(SubscriberId id, std::string_view userId);
  // What the application knows of it, by which revocations find it; in place of what was said before.
  void setFacts(SubscriberId id, Facts facts);
  [[nodiscard]] Revocations& revocations() { return parts_.revocations; }
  // Whom it counts for; empty: nobody; none: it is not there.
  [[nodiscard]] std::optional<std::string_view> userOf(SubscriberId id) const;
  // After JoinOutcome::tooFast: how long it takes until one more of this user's may be opened.
  [[nodiscard]] Millis opensAgainIn(std::string_view userId, Instant now) const;
  // In milliseconds, when a client is to come back that came while the hub drains: like those that were there, each at a time
  // of its own.
  [[nodiscard]] std::uint32_t nextRetry();
  // See Sequence::seal().
  void sealIds(std::shared_ptr<BlockCipher> cipher);

 private:
  const Parts parts_;
};

}  // namespace millrace
