#include "core/hub/registry.hpp"

#include <utility>

namespace millrace {
Subscriber& Registry::add(std::unique_ptr<Subscriber> subscriber) {
  listeners_ += subscriber->isListener() ? 1 : 0;
  subscriber->group = &policies_.rest();
  const SubscriberId id = subscriber->id();
  return *(subscribers_[id] = std::move(subscriber));
}

Subscriber* Registry::find(SubscriberId id) {
  const auto found = subscribers_.find(id);
  return found == subscribers_.end() ? nullptr : found->second.get();
}

Subscriber* Registry::findOpen(SubscriberId id) {
  Subscriber* const subscriber = find(id);
  return subscriber == nullptr || subscriber->isEnding() ? nullptr : subscriber;
}

void Registry::remove(SubscriberId id, Instant now) {
  Subscriber* const subscriber = find(id);
  if (subscriber == nullptr) {
    return;
  }
  subscriber->reader().endFlight();
  while (!subscriber->subscriptions().isEmpty()) {
    leave(*subscriber, *subscriber->subscriptions().last().channel, now);
  }
  if (subscriber->userId != nullptr) {
    const auto user = users_.find(*subscriber->userId);
    if (--user->second == 0) {
      users_.erase(user);
    }
  }
  listeners_ -= subscriber->isListener() ? 1 : 0;
  subscribers_.erase(id);
}

std::vector<SubscriberId> Registry::idsOf(OwnerId owner) const {
  std::vector<SubscriberId> ids;
  for (const auto& [id, subscriber] : subscribers_) {
    if (subscriber->owner() == owner) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::vector<SubscriberId> Registry::ids() const {
  std::vector<SubscriberId> ids;
  ids.reserve(subscribers_.size());
  for (const auto& [id, subscriber] : subscribers_) {
    ids.push_back(id);
  }
  return ids;
}

Channel& Registry::channel(std::string_view key, Instant now) {
  Channel* const known = findChannel(key);
  if (known == nullptr) {
    return addChannel(key, now);
  }
  known->lastUse = now;
  return *known;
}

Channel& Registry::addChannel(std::string_view key, Instant now) {
  StoredLog* const stored = stored_.find(key);
  const std::uint64_t evictedThrough = stored == nullptr ? stored_.forgottenThrough() : stored->newest;
  auto made = std::make_unique<Channel>(std::string(key), policies_.of(key), evictedThrough);
  made->stored = stored;
  made->endsAfter = stored == nullptr ? 0 : stored->endsAfter;
  made->lastUse = now;
  return *channels_.emplace(std::string(key), std::move(made)).first->second;
}

std::vector<Channel*> Registry::allChannels() const {
  std::vector<Channel*> all;
  all.reserve(channels_.size());
  for (const auto& [key, channel] : channels_) {
    all.push_back(channel.get());
  }
  return all;
}

Channel* Registry::findChannel(std::string_view key) const {
  const auto found = channels_.find(key);
  return found == channels_.end() ? nullptr : found->second.get();
}

void Registry::reclassify() {
  for (const auto& [key, channel] : channels_) {
    ChannelClass& group = policies_.of(key);
    channel->channelClass().connections = 0;
    group.connections = 0;
    channel->assign(group);
  }
  for (const auto& [id, subscriber] : subscribers_) {
    subscriber->group = subscriber->subscriptions().isEmpty()
                            ? &policies_.rest()
                            : &subscriber->subscriptions().first().channel->channelClass();
    if (subscriber->isListener()) {
      continue;
    }
    std::vector<ChannelClass*> groups;
    for (const Subscription& subscription : subscriber->subscriptions()) {
      groups.push_back(&subscription.channel->channelClass());
    }
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    for (ChannelClass* const group : groups) {
      ++group->connections;
    }
  }
}

std::vector<std::string_view> Registry::activeKeys() const {
  std::vector<std::string_view> keys;
  for (const auto& [key, channel] : channels_) {
    if (channel->members.connections() > 0) {
      keys.push_back(key);
    }
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

void Registry::join(Subscriber& subscriber, Subscription subscription, Instant now) {
  Channel& channel = *subscription.channel;
  channel.lastUse = now;
  if (!subscriber.isListener()) {
    joined_ += subscriber.subscriptions().isEmpty() ? 1 : 0;
    channel.channelClass().connections += subscriber.subscriptions().contain(channel.channelClass()) ? 0 : 1;
  }
  channel.members.add(subscriber, subscription);
  channel.noteMemory();
  subscriber.subscriptions().add(std::move(subscription));
  countStream(subscriber, now);
}

void Registry::countStream(Subscriber& subscriber, Instant now) {
  if (subscriber.isCounted || !subscriber.isConnection()) {
    return;
  }
  subscriber.isCounted = true;
  if (!subscriber.subscriptions().isEmpty()) {
    subscriber.group = &subscriber.subscriptions().first().channel->channelClass();
  }
  ClassMetrics& metrics = subscriber.group->metrics;
  ++metrics.opened;
  metrics.openRate.add(1, now);
  if (subscriber.clientCursor().isGiven()) {
    ++metrics.resumed;
    metrics.resumeRate.add(1, now);
  }
}

void Registry::countEnd(const Subscriber& subscriber, CloseReason reason, Instant now) {
  if (!subscriber.isCounted) {
    return;
  }
  ClassMetrics& metrics = subscriber.group->metrics;
  ++metrics.ended[static_cast<std::size_t>(reason)];
  metrics.duration.add(static_cast<std::uint64_t>((now - subscriber.openedAt).count()));
  if (reason == CloseReason::lagging || reason == CloseReason::unread) {
    metrics.failureRate.add(1, now);
  }
}

void Registry::leave(Subscriber& subscriber, Channel& channel, Instant now) {
  const Subscription* const subscription = subscriber.subscriptions().find(channel);
  if (subscription == nullptr) {
    return;
  }
  channel.lastUse = now;
  subscriber.reader().leave(*subscription);
  channel.members.remove(subscriber, *subscription);
  channel.news.shrink(channel.members.size());
  subscriber.subscriptions().remove(channel);
  if (!subscriber.isListener()) {
    joined_ -= subscriber.subscriptions().isEmpty() ? 1 : 0;
    channel.channelClass().connections -= subscriber.subscriptions().contain(channel.channelClass()) ? 0 : 1;
  }
  if (subscriber.options().isCompressed && !channel.members.areCompressed()) {
    channel.log.dropDeflated();
  }
  channel.noteMemory();
  if (channel.isVoid()) {
    channels_.erase(channels_.find(channel.key));
  }
}

void Registry::assignUser(Subscriber& subscriber, std::string_view userId) {
  if (subscriber.userId == nullptr && !userId.empty()) {
    const auto user = users_.try_emplace(std::string(userId)).first;
    subscriber.userId = &user->first;
    ++user->second;
  }
}

std::size_t Registry::subscribersOfUser(std::string_view userId) const {
  const auto found = users_.find(userId);
  return found == users_.end() ? 0 : found->second;
}

// What the store has is not forgotten.
void Registry::forget(const Channel& channel) {
  const ChannelLog& log = channel.log;
  const std::uint64_t lastKept = log.isEmpty() ? 0 : log.at({log.end().next - 1}).sequence;
  const std::uint64_t newest = std::max(lastKept, log.evictedThrough());
  if (channel.stored == nullptr) {
    stored_.noteForgotten(newest);
  } else if (channel.newestEvent > channel.stored->newest) {
    channel.stored->lostThrough = std::max(channel.stored->lostThrough, channel.newestEvent);
    channel.stored->newest = channel.newestEvent;
  }
}

void Registry::sweepChannels(EmptyChannel empty, Instant now) {
  for (auto at = channels_.begin(); at != channels_.end();) {
    Channel& channel = *at->second;
    if (!channel.isAtRest()) {
      ++at;
      continue;
    }
    channel.trim(now);
    channel.tidy(now);
    // An empty one has nothing to keep but what it has lost, which matters to clients that have been away for less than that.
    const Millis idle = channel.policy().channelTtl;
    const Millis remembered = empty == EmptyChannel::removed ? Millis{0} : std::min(idle, channel.policy().history.ttl);
    const bool isEmpty = channel.log.isEmpty() && channel.state == nullptr && !channel.isClosed();
    const Millis kept = isEmpty ? remembered : idle;
    const bool isIdle = channel.members.isEmpty() && channel.lastUse + kept <= now;
    if (!isIdle) {
      ++at;
      continue;
    }
    forget(channel);
    at = channels_.erase(at);
  }
}

}  // namespace millrace
