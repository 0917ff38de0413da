#include "core/hub/sweeper.hpp"

namespace millrace {

ChannelRoom Sweeper::roomForChannel(const ChannelClass& group, Instant now) {
  constexpr Millis kBetweenSweeps{1000};
  const auto isHubFull = [this] { return registry_.channels() >= options_.channels; };
  if ((isHubFull() || group.isFull()) && nextForRoom_ <= now) {
    nextForRoom_ = now + kBetweenSweeps;
    registry_.sweepForRoom(now);
  }
  if (isHubFull()) {
    return ChannelRoom::hubFull;
  }
  return group.isFull() ? ChannelRoom::policyFull : ChannelRoom::there;
}

bool Sweeper::runDue(Instant now) {
  if (next_ > now) {
    return false;
  }
  deflates_.tidy();
  registry_.sweep(now);
  next_ = registry_.channels() == 0 ? kNever : now + options_.sweepEvery;
  return true;
}

}  // namespace millrace
