#include "addon/hub_results.hpp"

#include "addon/convert.hpp"

#include <cstring>

namespace millrace {

Napi::Object toJs(Napi::Env env, const HubStats& stats, const HubContent& content) {
  const auto number = [env](std::size_t value) { return Napi::Number::New(env, static_cast<double>(value)); };
  const Napi::Object object = Napi::Object::New(env);
  object.Set("connections", number(stats.connections));
  object.Set("channels", number(stats.channels));
  object.Set("inboxBytes", number(stats.inboxBytes));
  object.Set("isDraining", Napi::Boolean::New(env, stats.isDraining));
  object.Set("takenOver", number(stats.takenOver));
  object.Set("heldEvents", number(stats.heldEvents));
  const Napi::Array policies = Napi::Array::New(env, stats.policies.size());
  std::uint32_t at = 0;
  for (const PolicyStats& policy : stats.policies) {
    const Napi::Object one = Napi::Object::New(env);
    one.Set("name", toJs(env, policy.name));
    one.Set("channels", number(policy.channels));
    one.Set("connections", number(policy.connections));
    one.Set("dropped", number(policy.dropped));
    const std::shared_ptr<const ContentCounts> counts = content.counts(policy.name);
    one.Set("redacted", number(counts == nullptr ? 0 : counts->redacted.load()));
    one.Set("truncated", number(counts == nullptr ? 0 : counts->truncated.load()));
    policies.Set(at++, one);
  }
  object.Set("policies", policies);
  return object;
}

Napi::Object toJs(Napi::Env env, const PollPage& page) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("events", toJs(env, page.events));
  object.Set("position", toJs(env, page.position));
  object.Set("hasMore", Napi::Boolean::New(env, page.hasMore));
  object.Set("verdict", page.verdict ? Napi::Value(toJs(env, verdictName(*page.verdict))) : env.Null());
  object.Set("retryMs", page.retry ? Napi::Value(Napi::Number::New(env, *page.retry)) : env.Undefined());
  return object;
}

Napi::Value bytesToJs(Napi::Env env, std::string_view bytes) {
  if (bytes.empty()) {
    return env.Null();
  }
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

}  // namespace millrace
