#pragma once

#include "core/base/instant.hpp"
#include "core/flow/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace millrace {

// A rate for each user. Who has not used any of it lately takes no memory. Of more than 100,000 users at a time, whoever comes
// beyond is refused.
class UserQuotas {
 public:
  [[nodiscard]] RateOutcome take(std::string_view userId, const RateLimit& limit, Instant now);
  // How long it takes until the user may again.
  [[nodiscard]] Millis wait(std::string_view userId, const RateLimit& limit, Instant now) const;
  [[nodiscard]] std::size_t size() const { return limiters_.size(); }

 private:
  [[nodiscard]] bool hasRoom(Instant now);

  std::unordered_map<std::uint64_t, RateLimiter> limiters_;  // by hash64() of the user's id
  std::size_t tidyAt_ = 1000;                                // with so many, those that are idle are forgotten,
  Instant nextTidy_;                                         // but not before
};

}  // namespace millrace
