#pragma once

#include "core/hub/hub.hpp"
#include "io/engine/hub_content.hpp"

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The hub's arguments, out of JavaScript objects. As in convert.hpp, a value of the wrong type throws a TypeError.

// The texts of an event; EventFields only points to them.
struct EventTexts {
  std::string type;
  std::optional<std::string> id;
  std::optional<std::string> data;
  std::optional<std::uint32_t> retry;
  bool isRaw = false;
  bool isImported = false;

  [[nodiscard]] EventFields fields() const {
    EventFields fields;
    fields.type = type;
    fields.id = id;
    fields.data = data;
    fields.retry = retry;
    fields.isRaw = isRaw;
    fields.isImported = isImported;
    return fields;
  }
};

// An event's type, id, data and whether that is raw are the second to the fifth argument: to look up an object's members would
// be a tenth of what publishing costs. Its retry comes otherwise.
[[nodiscard]] EventTexts toEvent(const Napi::CallbackInfo& info);
// Milliseconds, clamped to 32 bits; none where it is not given.
[[nodiscard]] std::optional<std::uint32_t> toRetry(const Napi::Value& value);
// What configure() is given; what is left out is to stay as it is.
struct HubSettings {
  PolicySettings own;  // of the channels without a policy
  std::optional<std::vector<PolicyRule>> policies;
  ContentSettings ownContent;
  std::optional<std::vector<NamedContent>> contents;  // of the policies
  std::vector<PolicyRule> addedPolicies;              // each in place of the one of its name
  std::vector<NamedContent> addedContents;            // of those
  std::optional<std::size_t> connections;
  std::optional<std::size_t> perUser;
  std::optional<RateLimit> opensPerUser;
  std::optional<bool> hasBanList;
  std::optional<std::size_t> channels;
  std::optional<std::size_t> channelsPerConnection;
  std::optional<Millis> channelTtl;
  std::optional<Millis> lagGrace;
  std::optional<std::size_t> replayBytes;
  std::optional<Millis> idempotencyTtl;
  std::optional<std::size_t> idempotencyKeys;
  std::optional<std::size_t> reactors;  // of the whole process

  [[nodiscard]] HubOptions over(HubOptions options) const;
};
[[nodiscard]] HubSettings toHubSettings(const Napi::Object& options);
// The options of publish() that are not the event's. The texts must outlive it.
struct PublishTexts {
  std::string conflateKey;
  std::string mergeKey;
  std::string throttleKey;
  std::string userId;
  std::string label;
  std::string idempotencyKey;
  Millis ttl{0};
  bool isReference = false;  // its data names content that is kept elsewhere, and was looked at

  // `wantsTime`: the event's policy may say something of the time of day.
  [[nodiscard]] PublishOptions options(bool wantsTime) const;
};
[[nodiscard]] PublishTexts toPublishTexts(const Napi::Object& options);
[[nodiscard]] SubscriberOptions toSubscriberOptions(const Napi::Object& options);
// "connection", "poll" or "listener".
[[nodiscard]] SubscriberKind toSubscriberKind(const Napi::Value& value);
// Why a connection is closed that was not told to end. A reason of the application's own is `closed`; none: its client has gone.
[[nodiscard]] CloseReason toCloseReason(const Napi::Value& value);

}  // namespace millrace
