#pragma once

#include "core/hub/outcomes.hpp"
#include "core/hub/poll_page.hpp"
#include "io/engine/hub_content.hpp"

#include <napi.h>

#include <string_view>

namespace millrace {

// What the hub gives, as JavaScript objects.

[[nodiscard]] Napi::Object toJs(Napi::Env env, const HubStats& stats, const HubContent& content);
[[nodiscard]] Napi::Object toJs(Napi::Env env, const PollPage& page);
// A Uint8Array with a copy of the bytes; null for none.
[[nodiscard]] Napi::Value bytesToJs(Napi::Env env, std::string_view bytes);

}  // namespace millrace
