#pragma once

#include "core/base/instant.hpp"
#include "core/hub/hub_metrics.hpp"
#include "core/hub/outcomes.hpp"
#include "core/hub/poll_page.hpp"
#include "core/hub/subscriber_view.hpp"
#include "io/engine/hub_content.hpp"

#include <napi.h>

#include <string_view>

namespace millrace {

// In place of an outcome: the hub has a store, which cannot be opened. HubStore::fault() says why.
inline constexpr std::string_view kStoreFailed = "storeFailed";

// What the hub gives, as JavaScript objects.

[[nodiscard]] Napi::Object toJs(Napi::Env env, const HubStats& stats);
// `content`: what was done to the data of its events; null: nothing. The rates are those at this time.
[[nodiscard]] Napi::Object toJs(Napi::Env env, const PolicyMetrics& policy, const ContentCounts* content, Instant now);
[[nodiscard]] Napi::Object toJs(Napi::Env env, const MemoryAccount& account);
[[nodiscard]] Napi::Object toJs(Napi::Env env, const StreamTally& tally);
[[nodiscard]] Napi::Object toJs(Napi::Env env, const WholeContent& content);
[[nodiscard]] Napi::Object toJs(Napi::Env env, const RecordFault& fault);
[[nodiscard]] Napi::Object toJs(Napi::Env env, const PollPage& page);
// A Uint8Array with a copy of the bytes; null for none.
[[nodiscard]] Napi::Value bytesToJs(Napi::Env env, std::string_view bytes);

}  // namespace millrace
