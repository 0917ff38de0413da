#include "core/hub/channel_policy.hpp"

namespace millrace {

// `total` and `channels` are counted for each policy: that of the rest has its own.
ChannelPolicy PolicySettings::over(const ChannelPolicy& rest) const {
  ChannelPolicy policy = rest;
  policy.history.events = historyEvents.value_or(rest.history.events);
  policy.history.bytes = historyBytes.value_or(rest.history.bytes);
  policy.history.ttl = historyTtl.value_or(rest.history.ttl);
  policy.durability = durability.value_or(rest.durability);
  policy.stored.events = storedEvents.value_or(rest.stored.events);
  policy.stored.bytes = storedBytes.value_or(rest.stored.bytes);
  policy.stored.ttl = storedTtl.value_or(rest.stored.ttl);
  policy.guard = guard.value_or(rest.guard);
  policy.limits.connections = connections.value_or(rest.limits.connections);
  policy.limits.total = total.value_or(ChannelLimits::kUnlimited);
  policy.limits.channels = channels.value_or(ChannelLimits::kUnlimited);
  policy.maxBytes = maxBytes.value_or(rest.maxBytes);
  policy.publishesPerUser = publishesPerUser.value_or(rest.publishesPerUser);
  policy.flow.rate = rate.value_or(rest.flow.rate);
  policy.flow.mergeWindow = mergeWindow.value_or(rest.flow.mergeWindow);
  policy.flow.throttleEvery = throttleEvery.value_or(rest.flow.throttleEvery);
  policy.flow.batchEvery = batchEvery.value_or(rest.flow.batchEvery);
  policy.stamp = stamp.value_or(rest.stamp);
  policy.channelTtl = channelTtl.value_or(rest.channelTtl);
  return policy;
}

PolicySettings PolicySettings::orElse(const PolicySettings& others) const {
  PolicySettings settings = *this;
  const auto fill = [](auto& own, const auto& other) { own = own.has_value() ? own : other; };
  fill(settings.historyEvents, others.historyEvents);
  fill(settings.historyBytes, others.historyBytes);
  fill(settings.historyTtl, others.historyTtl);
  fill(settings.durability, others.durability);
  fill(settings.storedEvents, others.storedEvents);
  fill(settings.storedBytes, others.storedBytes);
  fill(settings.storedTtl, others.storedTtl);
  fill(settings.guard, others.guard);
  fill(settings.connections, others.connections);
  fill(settings.total, others.total);
  fill(settings.channels, others.channels);
  fill(settings.maxBytes, others.maxBytes);
  fill(settings.publishesPerUser, others.publishesPerUser);
  fill(settings.rate, others.rate);
  fill(settings.mergeWindow, others.mergeWindow);
  fill(settings.throttleEvery, others.throttleEvery);
  fill(settings.batchEvery, others.batchEvery);
  fill(settings.stamp, others.stamp);
  fill(settings.channelTtl, others.channelTtl);
  return settings;
}

}  // namespace millrace
