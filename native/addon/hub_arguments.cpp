#include "addon/hub_arguments.hpp"

#include "addon/convert.hpp"
#include "core/wire/type_hash.hpp"

#include <algorithm>
#include <limits>

namespace millrace {

std::optional<std::uint32_t> toRetry(const Napi::Value& value) {
  if (!isGiven(value)) {
    return std::nullopt;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(kMost, toWhole(value, "retry")));
}

EventTexts toEvent(const Napi::CallbackInfo& info) {
  EventTexts texts;
  const auto textOf = [&](std::size_t at, const char* name) -> std::optional<std::string> {
    return isGiven(info[at]) ? std::optional(toText(info[at], name)) : std::nullopt;
  };
  texts.type = textOf(1, "event").value_or("");
  texts.id = textOf(2, "id");
  texts.data = textOf(3, "data");
  texts.isRaw = toFlag(info[4], "raw");
  return texts;
}

Millis toMillis(const Napi::Value& value, std::string_view name) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 42U;
  return Millis(static_cast<Millis::rep>(std::min(kLongest, toWhole(value, name))));
}

HubSettings toHubSettings(const Napi::Object& given) {
  const auto wholeOf = [&](const char* name) {
    const Napi::Value value = given.Get(name);
    return isGiven(value) ? std::optional<std::size_t>(toWhole(value, name)) : std::nullopt;
  };
  const auto millisOf = [&](const char* name) {
    const Napi::Value value = given.Get(name);
    return isGiven(value) ? std::optional(toMillis(value, name)) : std::nullopt;
  };
  HubSettings settings;
  settings.historyEvents = wholeOf("historyEvents");
  settings.historyBytes = wholeOf("historyBytes");
  settings.historyTtl = millisOf("historyTtlMs");
  settings.connections = wholeOf("connections");
  settings.perChannel = wholeOf("perChannel");
  settings.perUser = wholeOf("perUser");
  settings.channels = wholeOf("channels");
  settings.channelsPerConnection = wholeOf("channelsPerConnection");
  settings.channelTtl = millisOf("channelTtlMs");
  settings.lagGrace = millisOf("lagGraceMs");
  settings.reactors = wholeOf("reactors");
  return settings;
}

HubOptions HubSettings::over(HubOptions options) const {
  options.history.events = historyEvents.value_or(options.history.events);
  options.history.bytes = historyBytes.value_or(options.history.bytes);
  options.history.ttl = historyTtl.value_or(options.history.ttl);
  options.connections = connections.value_or(options.connections);
  options.perChannel = perChannel.value_or(options.perChannel);
  options.perUser = perUser.value_or(options.perUser);
  options.channels = channels.value_or(options.channels);
  options.channelsPerConnection = channelsPerConnection.value_or(options.channelsPerConnection);
  options.channelTtl = channelTtl.value_or(options.channelTtl);
  options.lagGrace = lagGrace.value_or(options.lagGrace);
  return options;
}

SubscriberOptions toSubscriberOptions(const Napi::Object& options) {
  SubscriberOptions connection;
  connection.lag.events = toWhole(options.Get("lagEvents"), "lag.events");
  connection.lag.bytes = toWhole(options.Get("lagBytes"), "lag.bytes");
  connection.lag.overflow =
      toFlag(options.Get("dropOldest"), "lag.overflow") ? Overflow::dropOldest : Overflow::disconnect;
  connection.lag.stall = toMillis(options.Get("lagStallMs"), "lag.stallMs");
  connection.heartbeat.every = toMillis(options.Get("heartbeatMs"), "heartbeat.everyMs");
  connection.heartbeat.type = toText(options.Get("heartbeatEvent"), "heartbeat.event");
  connection.heartbeat.data = toText(options.Get("heartbeatData"), "heartbeat.data");
  connection.maxDuration = toMillis(options.Get("maxDurationMs"), "maxDurationMs");
  connection.isCompressed = toFlag(options.Get("isCompressed"), "isCompressed");
  for (const std::string& type : toTexts(options.Get("closeAfter"), "closeAfter")) {
    connection.closeAfter.push_back(typeHash(type));
  }
  return connection;
}

}  // namespace millrace
