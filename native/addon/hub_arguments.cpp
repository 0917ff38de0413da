#include "addon/hub_arguments.hpp"

#include "addon/convert.hpp"
#include "addon/given.hpp"
#include "addon/policy_arguments.hpp"
#include "core/base/added_policies.hpp"
#include "core/wire/type_hash.hpp"
#include "io/engine/clock.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace {
namespace {

// So many a minute, and a minute's worth at once; beyond a million, any.
RateLimit perMinute(std::size_t count) {
  constexpr std::size_t kMost = 1000000;
  constexpr double kSeconds = 60;
  return count > kMost ? RateLimit{} : RateLimit{static_cast<double>(count) / kSeconds, count};
}

}  // namespace

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

HubSettings toHubSettings(const Napi::Object& options) {
  const Given given(options);
  HubSettings settings;
  settings.own = toPolicySettings(options);
  settings.ownContent = toContentSettings(options);
  if (isGiven(options.Get("policies"))) {
    settings.policies = toPolicies(options.Get("policies"));
    settings.contents = toContentPolicies(options.Get("policies"));
  }
  if (isGiven(options.Get("addedPolicies"))) {
    settings.addedPolicies = toPolicies(options.Get("addedPolicies"));
    settings.addedContents = toContentPolicies(options.Get("addedPolicies"));
  }
  settings.connections = given.whole("connections");
  settings.perUser = given.whole("perUser");
  if (const std::optional<std::size_t> opens = given.whole("opensPerUser")) {
    settings.opensPerUser = perMinute(*opens);
  }
  if (isGiven(options.Get("hasBanList"))) {
    settings.hasBanList = given.flag("hasBanList");
  }
  settings.channels = given.whole("channels");
  settings.channelsPerConnection = given.whole("channelsPerConnection");
  settings.channelTtl = given.millis("channelTtlMs");
  settings.lagGrace = given.millis("lagGraceMs");
  settings.replayBytes = given.whole("replayBytes");
  settings.idempotencyTtl = given.millis("idempotencyTtlMs");
  settings.idempotencyKeys = given.whole("idempotencyKeys");
  settings.reactors = given.whole("reactors");
  return settings;
}

HubOptions HubSettings::over(HubOptions options) const {
  const ChannelPolicy rest = own.over(options.rest());
  options.history = rest.history;
  options.durability = rest.durability;
  options.stored = rest.stored;
  options.replayBytes = replayBytes.value_or(options.replayBytes);
  options.idempotency.ttl = idempotencyTtl.value_or(options.idempotency.ttl);
  options.idempotency.keys = idempotencyKeys.value_or(options.idempotency.keys);
  options.perChannel = rest.limits.connections;
  options.maxBytes = rest.maxBytes;
  options.publishesPerUser = rest.publishesPerUser;
  options.flow = rest.flow;
  options.stamp = rest.stamp;
  options.policies = policies.value_or(std::move(options.policies));
  addByName(addedPolicies, options.addedPolicies);
  options.connections = connections.value_or(options.connections);
  options.perUser = perUser.value_or(options.perUser);
  options.opensPerUser = opensPerUser.value_or(options.opensPerUser);
  options.hasBanList = hasBanList.value_or(options.hasBanList);
  options.channels = channels.value_or(options.channels);
  options.channelsPerConnection = channelsPerConnection.value_or(options.channelsPerConnection);
  options.channelTtl = channelTtl.value_or(options.channelTtl);
  options.lagGrace = lagGrace.value_or(options.lagGrace);
  return options;
}

PublishTexts toPublishTexts(const Napi::Object& options) {
  const Given given(options);
  PublishTexts texts;
  texts.conflateKey = given.text("conflateKey");
  texts.mergeKey = given.text("mergeKey");
  texts.throttleKey = given.text("throttleKey");
  texts.userId = given.text("userId");
  texts.label = given.text("label");
  texts.idempotencyKey = given.text("idempotencyKey");
  texts.isReference = given.flag("isReference");
  texts.ttl = given.millis("ttlMs").value_or(Millis{0});
  return texts;
}

PublishOptions PublishTexts::options(bool wantsTime) const {
  PublishOptions options;
  options.ttl = ttl;
  options.conflateKey = conflateKey;
  options.mergeKey = mergeKey;
  options.throttleKey = throttleKey;
  options.userId = userId;
  options.label = label;
  options.idempotencyKey = idempotencyKey;
  options.at = wantsTime || !mergeKey.empty() ? unixNow() : UnixTime{};
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
  if (isGiven(options.Get("heartbeatFromMs"))) {
    connection.heartbeat.adaptive =
        AdaptiveHeartbeat{toMillis(options.Get("heartbeatFromMs"), "heartbeat.adaptive.fromMs"),
                          toMillis(options.Get("heartbeatToMs"), "heartbeat.adaptive.toMs")};
  }
  connection.maxDuration = toMillis(options.Get("maxDurationMs"), "maxDurationMs");
  connection.isCompressed = toFlag(options.Get("isCompressed"), "isCompressed");
  connection.hasNotices = toFlag(options.Get("hasNotices"), "notices");
  for (const std::string& type : toTexts(options.Get("closeAfter"), "closeAfter")) {
    connection.closeAfter.push_back(typeHash(type));
  }
  return connection;
}

SubscriberKind toSubscriberKind(const Napi::Value& value) {
  const std::string name = toText(value, "kind");
  if (name == "poll") {
    return SubscriberKind::poll;
  }
  return name == "listener" ? SubscriberKind::listener : SubscriberKind::connection;
}

CloseReason toCloseReason(const Napi::Value& value) {
  if (!isGiven(value)) {
    return CloseReason::disconnected;
  }
  const std::string name = toText(value, "reason");
  for (std::size_t at = 0; at < kCloseReasons; ++at) {
    const auto reason = static_cast<CloseReason>(at);
    if (name == closeReasonName(reason)) {
      return reason;
    }
  }
  return CloseReason::closed;
}

}  // namespace millrace
