#pragma once

#include "core/hub/hub.hpp"
#include "io/engine/hub_content.hpp"

#include <napi.h>

#include <vector>

namespace millrace {

// Policies, out of JavaScript objects. A value of the wrong type throws a TypeError.

// What an object says of a policy, the hub's own options included.
[[nodiscard]] PolicySettings toPolicySettings(const Napi::Object& object);
// What it says of the data of events.
[[nodiscard]] ContentSettings toContentSettings(const Napi::Object& object);
// Of an array of policies.
[[nodiscard]] std::vector<NamedContent> toContentPolicies(const Napi::Value& value);
[[nodiscard]] std::vector<PolicyRule> toPolicies(const Napi::Value& value);

}  // namespace millrace
