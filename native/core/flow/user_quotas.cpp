#include "core/flow/user_quotas.hpp"

#include "core/base/hash.hpp"

#include <algorithm>

namespace millrace {
namespace {

constexpr std::size_t kMostUsers = 100000;

}  // namespace

RateOutcome UserQuotas::take(std::string_view userId, const RateLimit& limit, Instant now) {
  if (limit.isNone()) {
    return RateOutcome::passes;
  }
  const std::uint64_t user = hash64(userId);
  const auto known = limiters_.find(user);
  if (known != limiters_.end()) {
    return known->second.take(limit, now);
  }
  return hasRoom(now) ? limiters_[user].take(limit, now) : RateOutcome::exceeds;
}

Millis UserQuotas::wait(std::string_view userId, const RateLimit& limit, Instant now) const {
  constexpr Millis kUntilRoom{1000};
  const auto known = limiters_.find(hash64(userId));
  return known == limiters_.end() ? kUntilRoom : known->second.next(limit, now) - now;
}

// Looks for idle ones when there are twice as many as were left the last time, or once a second where nobody finds room: so it costs
// each user a constant.
bool UserQuotas::hasRoom(Instant now) {
  constexpr std::size_t kFirstTidy = 1000;
  constexpr Millis kBetween{1000};
  if (limiters_.size() >= tidyAt_ && (limiters_.size() < kMostUsers || nextTidy_ <= now)) {
    std::erase_if(limiters_, [now](const auto& user) { return user.second.isIdle(now); });
    tidyAt_ = std::clamp(2 * limiters_.size(), kFirstTidy, kMostUsers);
    nextTidy_ = now + kBetween;
  }
  return limiters_.size() < kMostUsers;
}

}  // namespace millrace
