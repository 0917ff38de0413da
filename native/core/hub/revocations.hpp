#pragma once

#include "core/base/instant.hpp"
#include "core/hub/facts.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/registry.hpp"
#include "core/wire/notice.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class Endings;
class Scheduler;

// Which subscribers: those for whom all that is given holds.
struct SubscriberMatch {
  std::optional<std::string_view> userId;
  std::optional<std::string_view> channel;  // they read it
  std::optional<SubscriberId> subscriber;
  Facts where{};

  [[nodiscard]] bool isEmpty() const { return !userId && !channel && !subscriber && where.empty(); }
};

struct DisconnectOptions {
  Return wish = Return::never;
  std::string_view detail{};  // what the clients are told beside the reason; empty: nothing
};

// Takes back what subscribers were let in for: ends them now, and keeps users out for a time.
class Revocations {
 public:
  // All outlive it.
  struct Parts {
    Registry& registry;
    Scheduler& scheduler;
    Endings& endings;
    const FactTable& facts;
  };
  explicit Revocations(const Parts& parts) : parts_(parts) {}

  // Ends the subscribers that match, none for a match that is empty; gives how many. Those that are not to come back are given nothing
  // more, not even what was published before. The others get that, and come back at times of their own. Listeners, which the
  // application has in the process, do not end.
  std::size_t disconnect(const SubscriberMatch& match, const DisconnectOptions& options, Instant now);

  // Lets nobody join who is this user, until then, in place of what was said of the user before. False: there are kMostDenied.
  bool deny(std::string_view userId, Instant until, Instant now);
  [[nodiscard]] bool isDenied(std::string_view userId, Instant now) const;

  static constexpr std::size_t kMostDenied = 100000;

 private:
  [[nodiscard]] std::vector<Subscriber*> matching(const SubscriberMatch& match) const;
  void forgetOver(Instant now);

  Parts parts_;
  TextMap<Instant> denied_;  // until when
  std::size_t purgeAt_ = 1024;
};

}  // namespace millrace
