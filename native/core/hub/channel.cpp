#include "core/hub/channel.hpp"

#include "core/hub/subscriber.hpp"

#include <algorithm>

namespace millrace {

bool Channel::isVoid() const {
  return log.isEmpty() && members.isEmpty() && log.evictedThrough() == lostBefore && isAtRest() && holding == nullptr &&
         state == nullptr && !isClosed();
}

bool Channel::isAtRest() const {
  return news.isNone() && inbox.isNone() && !isInDeflateQueue && storing == 0 && inFlight == 0 &&
         (holding == nullptr || holding->due == kNever) && (state == nullptr || state->unstored == 0);
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
  class_->memory -= memory_;
  class_ = &group;
  ++class_->channels;
  class_->memory += memory_;
}

void Channel::noteMemory() {
  const LogMemory ofLog = log.memory();
  class_->memory -= memory_;
  memory_ = {ofLog.blocks, ofLog.entries, sizeof(Channel) + 2 * key.capacity() + members.capacity()};
  class_->memory += memory_;
}

void Channel::trimBefore(Cursor before, Instant now) { evictBefore(std::min(before, evictableEnd()), now); }

void Channel::evictBefore(Cursor cursor, Instant now) {
  for (std::size_t slot = 0; cutMembers > 0 && slot < members.size(); ++slot) {
    members.at(slot).reader().keepRestBefore(*this, cursor);
  }
  ClassMetrics& metrics = class_->metrics;
  for (Cursor leaving = log.begin(); leaving < std::min(cursor, log.end()); ++leaving.next) {
    const bool isOld = log.at(leaving).at + policy().history.ttl < now;
    ++(isOld ? metrics.expired : metrics.evicted);
  }
  log.trimBefore(cursor);
  noteMemory();
}

}  // namespace millrace
