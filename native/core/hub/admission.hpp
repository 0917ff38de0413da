#pragma once

#include "core/base/instant.hpp"
#include "core/flow/user_quotas.hpp"
#include "core/hub/facts.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/hub/subscriber.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace millrace {

class Deadlines;
class DeflateQueue;
class Drain;
class Inbox;
class Registry;
class Revocations;
class Scheduler;
class Sequence;
class Sweeper;

// Opens subscribers within the limits, joins them to channels and says where they begin, and closes them. Hub says
// what each does.
class Admission {
 public:
  // All outlive it.
  struct Parts {
    const Sequence& sequence;
    Registry& registry;
    Scheduler& scheduler;
    Inbox& inbox;
    Deadlines& deadlines;
    DeflateQueue& deflates;
    Sweeper& sweeper;
    const Drain& drain;
    const Revocations& revocations;
    FactTable& facts;
    const HubOptions& options;
  };
  explicit Admission(const Parts& parts) : parts_(parts) {}

  [[nodiscard]] OpenOutcome open(SubscriberId id, OwnerId owner, const OpenOptions& options, Instant now);
  [[nodiscard]] JoinOutcome join(SubscriberId id, std::string_view key, const JoinOptions& options, Instant now);
  // It was let in for so long from now on; none: for as long as it lives.
  void expire(SubscriberId id, std::optional<Millis> in, Instant now);
  // And for so long at most.
  void expireBy(SubscriberId id, Millis in, Instant now);
  bool leave(SubscriberId id, std::string_view key, Instant now);
  [[nodiscard]] JoinOutcome update(SubscriberId id, const ChannelChange& change, Instant now);
  void close(SubscriberId id, Instant now, CloseReason reason);
  [[nodiscard]] Subscriber* assign(SubscriberId id, OwnerId owner, void* socket, Instant now);

  // How long it takes until one more of this user's may be opened.
  [[nodiscard]] Millis opensAgainIn(std::string_view userId, Instant now) const {
    return openers_.wait(userId, parts_.options.opensPerUser, now);
  }
  // Subscribers whose owner writes to their sockets.
  [[nodiscard]] std::size_t takenOver() const { return takenOver_; }

 private:
  [[nodiscard]] JoinOutcome check(const Subscriber& subscriber, std::string_view key, const JoinOptions& options,
                                  Instant now);
  void limitLife(Subscriber& subscriber, std::optional<Millis> expiresIn, Instant now);
  void greetConnection(Subscriber& subscriber, const OpenOptions& options);
  void forgetSubscriber(OwnerId owner);

  Parts parts_;
  std::shared_ptr<const SubscriberOptions> lastOptions_;  // of the newest subscriber; the next mostly has the same
  UserQuotas openers_;
  std::size_t takenOver_ = 0;
};

}  // namespace millrace
