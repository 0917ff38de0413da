#include "core/hub/scheduler.hpp"

#include "core/hub/registry.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

// --- owners

Scheduler::Owner& Scheduler::ownerNamed(OwnerId id) {
  const auto [found, isNew] = owners_.try_emplace(id);
  if (isNew) {
    found->second.offeredThrough = sequence_.newest();
  }
  return found->second;
}

Scheduler::Owner* Scheduler::find(OwnerId id) {
  const auto found = owners_.find(id);
  return found == owners_.end() ? nullptr : &found->second;
}

Scheduler::Owner& Scheduler::ownerOf(const Subscriber& subscriber) {
  if (lastOwner_ == nullptr || lastOwnerId_ != subscriber.owner()) {
    lastOwnerId_ = subscriber.owner();
    lastOwner_ = &ownerNamed(lastOwnerId_);
  }
  return *lastOwner_;
}

bool Scheduler::removeSubscriber(OwnerId id) {
  --ownerNamed(id).subscribers;
  return forgetIfUnused(id);
}

bool Scheduler::distrust(OwnerId id) {
  if (Owner* const owner = find(id)) {
    owner->isTrusted = false;
  }
  return forgetIfUnused(id);
}

bool Scheduler::forgetIfUnused(OwnerId id) {
  const auto found = owners_.find(id);
  if (found == owners_.end() || found->second.subscribers > 0 || found->second.isTrusted) {
    return false;
  }
  lastOwner_ = nullptr;
  owners_.erase(found);
  return true;
}

void Scheduler::wake(Owner& owner, Instant now) const {
  if (!owner.isBusy() && sequence_.newest() > 0) {
    // It was not woken, so earlier events were for none of its subscribers.
    owner.offeredThrough = sequence_.newest() - 1;
  }
  if (owner.wake == Wake::none) {
    owner.wake = Wake::due;
    owner.wokenAt = now;
  }
}

// --- news

void Scheduler::noteAppended(Channel& channel, std::uint64_t sequence, Instant now) {
  if (!std::exchange(channel.news.isAppended_, true)) {
    appended_.push_back(&channel);
  }
  for (const Members::Share& share : channel.members.owners()) {
    Owner& owner = ownerNamed(share.owner);
    wake(owner, now);
    // An event that was held may be older than what the owner has offered meanwhile.
    owner.offeredThrough = std::min(owner.offeredThrough, sequence - 1);
    owner.offeringThrough = std::min(owner.offeringThrough, sequence - 1);
  }
}

void Scheduler::noteNews(Subscriber& subscriber, Instant now) {
  if (!subscriber.offer.list()) {
    return;
  }
  Owner& owner = ownerOf(subscriber);
  owner.news.push_back(subscriber.id());
  if (!owner.isInTurn) {  // else the turn comes to it, or its end sees to it
    wake(owner, now);
  }
}

void Scheduler::noteClosing(const Subscriber& subscriber, CloseReason reason, Instant now) {
  Owner& owner = ownerNamed(subscriber.owner());
  owner.closing.emplace_back(subscriber.id(), reason);
  wake(owner, now);
}

void Scheduler::withdrawClosing(const Subscriber& subscriber) {
  if (Owner* const owner = find(subscriber.owner())) {
    std::erase_if(owner->closing, [&](const auto& closing) { return closing.first == subscriber.id(); });
  }
}

// One pass after the other, so that a turn knows when those are over that it waits for. From the last member to the first,
// for a member that leaves is replaced by the last one: so none is skipped.
void Scheduler::runPasses(std::size_t limit, Instant now) {
  using Pass = ChannelNews::Pass;
  while (!passes_.empty() && limit > 0) {
    Channel& channel = *passes_.front();
    ChannelNews& news = channel.news;
    if (news.pass_ == Pass::waits) {
      news.pass_ = Pass::runs;
      news.unvisited_ = channel.members.size();
    }
    for (; news.unvisited_ > 0 && limit > 0; --limit) {
      noteNews(channel.members.at(--news.unvisited_), now);
    }
    if (news.unvisited_ == 0) {
      news.pass_ = news.pass_ == Pass::runsAndWaits ? Pass::waits : Pass::none;
      passes_.pop_front();
    }
  }
}

// --- turns

std::vector<OwnerId> Scheduler::takeWakes() {
  std::vector<OwnerId> ids;
  for (auto& [id, owner] : owners_) {
    if (owner.wake == Wake::due) {
      owner.wake = Wake::asked;
      ids.push_back(id);
    }
  }
  return ids;
}

void Scheduler::beginTurn(OwnerId id) {
  using Pass = ChannelNews::Pass;
  for (Channel* const channel : std::exchange(appended_, {})) {
    ChannelNews& news = channel->news;
    news.isAppended_ = false;
    if (news.pass_ == Pass::none || news.pass_ == Pass::runs) {
      news.pass_ = news.pass_ == Pass::none ? Pass::waits : Pass::runsAndWaits;
      passes_.push_back(channel);
      ++passCount_;
    }
  }
  if (Owner* const owner = find(id)) {
    owner->wake = Wake::none;
    owner->isInTurn = true;
    owner->offeringThrough = sequence_.newest();
    owner->isBounded = false;
    owner->passes = passCount_;
  }
}

bool Scheduler::collect(OwnerId id, std::size_t limit, Registry& registry, Instant now, Turn& turn) {
  runPasses(limit, now);
  Owner* const owner = find(id);
  if (owner == nullptr) {
    return false;
  }
  const auto closing = std::exchange(owner->closing, {});
  turn.closing.insert(turn.closing.end(), closing.begin(), closing.end());
  if (!owner->isBounded && passCount_ - passes_.size() >= owner->passes) {
    owner->isBounded = true;  // what comes from now on is for the next turn
    owner->budget = owner->news.size() - owner->next;
  }
  std::size_t looked = 0;
  for (; looked < limit && owner->next < owner->news.size() && (!owner->isBounded || looked < owner->budget);
       ++looked) {
    Subscriber* const subscriber = registry.find(owner->news[owner->next++]);
    if (subscriber == nullptr || subscriber->owner() != id) {
      continue;
    }
    subscriber->offer.unlist();
    const bool isNew = subscriber->offer.make();
    if (isNew) {
      turn.readable.push_back(subscriber->id());
      turn.sockets.push_back(subscriber->socket());
    }
    // Else it is read in this turn; a compressed one may first have to send the rest of what it has deflated.
    if (!isNew || !owner->isTrusted || subscriber->options().isCompressed) {
      owner->offered.push_back(subscriber->id());
    }
  }
  owner->budget -= owner->isBounded ? looked : 0;
  if (owner->next == owner->news.size()) {
    owner->news.clear();
    owner->next = 0;
  }
  return !owner->isBounded || owner->budget > 0;
}

std::vector<SubscriberId> Scheduler::endTurn(OwnerId id, Instant now) {
  Owner* const owner = find(id);
  if (owner == nullptr) {
    return {};
  }
  owner->isInTurn = false;
  owner->offeredThrough = owner->offeringThrough;
  if (owner->next < owner->news.size()) {
    wake(*owner, now);
  }
  return std::exchange(owner->offered, {});
}

// --- who is late

bool Scheduler::Owner::isLate(Instant now) const {
  constexpr Millis kPatience{1000};
  return !isTrusted && isBusy() && wokenAt + kPatience <= now;
}

std::uint64_t Scheduler::offeredThrough(const Channel& channel, Patience patience, Instant now) const {
  std::uint64_t through = kEverySequence;
  for (const Members::Share& share : channel.members.owners()) {
    const auto found = owners_.find(share.owner);
    if (found == owners_.end() || !found->second.isBusy()) {
      continue;
    }
    if (patience == Patience::endless || !found->second.isLate(now)) {
      through = std::min(through, found->second.offeredThrough);
    }
  }
  return through;
}

std::vector<OwnerId> Scheduler::late(Instant now) const {
  std::vector<OwnerId> ids;
  for (const auto& [id, owner] : owners_) {
    if (owner.isLate(now)) {
      ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace millrace
