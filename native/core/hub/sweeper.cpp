#include "core/hub/sweeper.hpp"

namespace millrace {

bool Sweeper::hasRoomForChannel(Instant now) {
  constexpr Millis kBetweenSweeps{1000};
  if (registry_.channels() >= options_.channels && nextForRoom_ <= now) {
    nextForRoom_ = now + kBetweenSweeps;
    registry_.sweepForRoom(options_.channelTtl, now);
  }
  return registry_.channels() < options_.channels;
}

void Sweeper::runDue(Instant now) {
  if (next_ > now) {
    return;
  }
  deflates_.tidy();
  registry_.sweep(options_.channelTtl, now);
  next_ = registry_.channels() == 0 ? kNever : now + options_.sweepEvery;
}

}  // namespace millrace
