#include "core/hub/inbox.hpp"

#include <algorithm>

namespace millrace {

bool Inbox::hasRoomFor(std::size_t bytes, Instant now) {
  if (this->bytes() + bytes > options_.inboxBytes) {
    trim(now);  // an owner may be late since
  }
  return this->bytes() + bytes <= options_.inboxBytes;
}

void Inbox::add(Channel& channel, std::size_t bytes) {
  ChannelInbox& inbox = channel.inbox;
  inbox.bytes_ += bytes;
  bytes_ += bytes;
  if (!inbox.awaitsTrim_) {
    inbox.awaitsTrim_ = true;
    awaitTrim_.push_back(&channel);
  }
}

void Inbox::addOwn(OwnerId owner, std::size_t bytes) {
  own_[owner] += bytes;
  bytes_ += bytes;
}

void Inbox::clearOwn(OwnerId owner) {
  if (const auto found = own_.find(owner); found != own_.end()) {
    bytes_ -= found->second;
    own_.erase(found);
  }
}

// An owner that has not looked for long, with so much waiting, must not keep the others from publishing. Its subscribers may
// lose events by this: they are told of a gap.
void Inbox::trim(Instant now) {
  if (isPressed()) {
    for (const OwnerId owner : scheduler_.late(now)) {
      clearOwn(owner);
    }
  }
  std::erase_if(awaitTrim_, [&](Channel* channel) {
    channel->inbox.awaitsTrim_ = trimChannel(*channel, now);
    return !channel->inbox.awaitsTrim_;
  });
}

// Says whether the channel needs to be trimmed again.
bool Inbox::trimChannel(Channel& channel, Instant now) {
  if ((channel.inFlight > 0 || channel.heldUntil > now) && !isPressed()) {
    return true;
  }
  const auto patience = isPressed() ? Scheduler::Patience::limited : Scheduler::Patience::endless;
  const std::uint64_t through = scheduler_.offeredThrough(channel, patience, now);
  const Cursor end = channel.log.readableEnd();
  const Cursor offeredAt = through == kEverySequence ? end : std::min(channel.log.after(through), end);
  const Cursor evictable = std::min(offeredAt, channel.evictableEnd());
  channel.trimBefore(channel.log.kept(channel.policy().history, now, evictable), now);
  const std::size_t waiting = std::min(channel.inbox.bytes_, channel.log.distance(offeredAt).bytes);
  bytes_ -= channel.inbox.bytes_ - waiting;
  channel.inbox.bytes_ = waiting;
  return through != kEverySequence;
}

}  // namespace millrace
