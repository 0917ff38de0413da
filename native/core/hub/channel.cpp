#include "core/hub/channel.hpp"

#include "core/hub/subscriber.hpp"

namespace millrace {

bool Channel::isVoid() const {
  return log.isEmpty() && members.isEmpty() && log.evictedThrough() == lostBefore && isAtRest() && holding == nullptr;
}

bool Channel::isAtRest() const {
  return news.isNone() && inbox.isNone() && !isInDeflateQueue && storing == 0 && inFlight == 0 &&
         (holding == nullptr || holding->due == kNever);
}

void Channel::tidy(Instant now) {
  if (holding == nullptr) {
    return;
  }
  holding->flow.forgetEnded(now);
  if (holding->due == kNever && holding->flow.isIdle(now)) {
    holding.reset();
  }
}

void Channel::assign(ChannelClass& group) {
  --class_->channels;
  class_ = &group;
  ++class_->channels;
}

void Channel::trimBefore(Cursor cursor) {
  for (std::size_t slot = 0; cutMembers > 0 && slot < members.size(); ++slot) {
    members.at(slot).reader().keepRestBefore(*this, cursor);
  }
  log.trimBefore(cursor);
}

}  // namespace millrace
