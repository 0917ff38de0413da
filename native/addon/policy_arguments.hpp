#pragma once

#include "core/hub/hub.hpp"

#include <napi.h>

#include <vector>

namespace millrace {

// Policies, out of JavaScript objects. A value of the wrong type throws a TypeError.

// What an object says of a policy, the hub's own options included.
[[nodiscard]] PolicySettings toPolicySettings(const Napi::Object& object);
// Of an array of policies.
[[nodiscard]] std::vector<PolicyRule> toPolicies(const Napi::Value& value);

}  // namespace millrace
