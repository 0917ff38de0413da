#include "core/hub/revocations.hpp"

#include "core/hub/endings.hpp"
#include "core/hub/retry_spread.hpp"
#include "core/hub/scheduler.hpp"
#include "core/wire/encoder.hpp"

#include <algorithm>
#include <iterator>

namespace millrace {
namespace {

// Clients come back after half a second, spread over so long that a server takes a thousand of them a second.
constexpr Millis kReturnFrom{500};
constexpr std::size_t kReturnsASecond = 1000;
constexpr std::size_t kLeastSpreadSeconds = 2;
constexpr std::size_t kMostSpreadSeconds = 60;

Millis spreadOf(std::size_t clients) {
  const std::size_t seconds = std::clamp(clients / kReturnsASecond, kLeastSpreadSeconds, kMostSpreadSeconds);
  return Millis(static_cast<Millis::rep>(seconds * 1000));
}

}  // namespace

std::size_t Revocations::disconnect(const SubscriberMatch& match, const DisconnectOptions& options, Instant now) {
  const std::vector<Subscriber*> those = matching(match);
  const RetrySpread spread{kReturnFrom, spreadOf(those.size())};
  std::uint64_t place = 0;
  for (Subscriber* const subscriber : those) {
    if (options.wish == Return::wanted && !subscriber->isEnding()) {
      encodeRetry(spread.at(++place), subscriber->reader().preamble().text());
      parts_.scheduler.noteNews(*subscriber, now);
    }
    const CloseReason reason = options.wish == Return::wanted ? CloseReason::moved : CloseReason::revoked;
    parts_.endings.begin(*subscriber, reason, now, options.detail);
  }
  return those.size();
}

std::vector<Subscriber*> Revocations::matching(const SubscriberMatch& match) const {
  std::vector<Subscriber*> those;
  if (match.isEmpty()) {
    return those;
  }
  const auto addIf = [&](Subscriber& one) {
    const bool isUsers = !match.userId || (one.userId != nullptr && *one.userId == *match.userId);
    const bool isOver = one.isEnding() && one.closeReason == CloseReason::revoked;
    if (isUsers && !one.isListener() && !isOver && (!match.subscriber || one.id() == *match.subscriber) &&
        parts_.facts.have(one.id(), match.where)) {
      those.push_back(&one);
    }
  };
  if (match.channel) {
    if (const Channel* const channel = parts_.registry.findChannel(*match.channel)) {
      for (std::size_t slot = 0; slot < channel->members.size(); ++slot) {
        addIf(channel->members.at(slot));
      }
    }
  } else if (match.subscriber) {
    if (Subscriber* const one = parts_.registry.find(*match.subscriber)) {
      addIf(*one);
    }
  } else {
    parts_.registry.forEachSubscriber(addIf);
  }
  return those;
}

bool Revocations::deny(std::string_view userId, Instant until, Instant now) {
  if (denied_.size() >= purgeAt_) {
    forgetOver(now);
  }
  const auto found = denied_.find(userId);
  if (found != denied_.end()) {
    found->second = until;
    return true;
  }
  if (denied_.size() >= kMostDenied) {
    return false;
  }
  denied_.emplace(std::string(userId), until);
  return true;
}

// Each time that there are twice as many as were left.
void Revocations::forgetOver(Instant now) {
  std::erase_if(denied_, [now](const auto& one) { return one.second <= now; });
  constexpr std::size_t kLeast = 1024;
  purgeAt_ = std::min(std::max(kLeast, denied_.size() * 2), kMostDenied);
}

bool Revocations::isDenied(std::string_view userId, Instant now) const {
  const auto found = denied_.find(userId);
  return found != denied_.end() && now < found->second;
}

}  // namespace millrace
