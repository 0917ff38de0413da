#pragma once

#include "core/hub/hub.hpp"
#include "core/session/receiver.hpp"

#include <napi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// JavaScript values to C++ ones and back. A value of the wrong type throws a TypeError that names the argument.

[[nodiscard]] std::string toText(const Napi::Value& value, std::string_view name);
// A finite number that is at least 0, rounded down. Infinity becomes the largest value.
[[nodiscard]] std::uint64_t toWhole(const Napi::Value& value, std::string_view name);
// A number that is at least 0; Infinity is one.
[[nodiscard]] double toNumber(const Napi::Value& value, std::string_view name);
// Durations beyond some hundred years are "never" to the core.
[[nodiscard]] Millis toMillis(const Napi::Value& value, std::string_view name);
// A number that Node gives for an open file: from 0, in 31 bits.
[[nodiscard]] int toDescriptor(const Napi::Value& value, std::string_view name);
[[nodiscard]] bool toFlag(const Napi::Value& value, std::string_view name);
[[nodiscard]] Napi::Object toObject(const Napi::Value& value, std::string_view name);
[[nodiscard]] std::vector<std::string> toTexts(const Napi::Value& value, std::string_view name);
// A copy of a Uint8Array's bytes.
void toBytes(const Napi::Value& value, std::string_view name, std::string& out);

[[nodiscard]] inline bool isGiven(const Napi::Value& value) { return !value.IsUndefined() && !value.IsNull(); }

// All that the chunk completes.
[[nodiscard]] Napi::Value itemsOf(Napi::Env env, Receiver& receiver);
[[nodiscard]] Napi::Value toJs(Napi::Env env, WriteOutcome outcome, const Receipt& receipt);

[[nodiscard]] inline Napi::String toJs(Napi::Env env, std::string_view text) {
  return Napi::String::New(env, text.data(), text.size());
}

[[nodiscard]] Napi::Value toJs(Napi::Env env, const std::vector<std::string>& texts);

}  // namespace millrace
