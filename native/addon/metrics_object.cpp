#include "addon/metrics_object.hpp"

#include "addon/convert.hpp"
#include "addon/hub_results.hpp"

#include <string>
#include <utility>
#include <vector>

namespace millrace {

Napi::Function MetricsObject::define(Napi::Env env) {
  return DefineClass(env, "Metrics",
                     {
                         InstanceMethod("refused", &MetricsObject::doing<&MetricsObject::refused>),
                         InstanceMethod("errorRecord", &MetricsObject::doing<&MetricsObject::errorRecord>),
                         InstanceMethod("policies", &MetricsObject::giving<&MetricsObject::policies>),
                         InstanceMethod("memory", &MetricsObject::giving<&MetricsObject::memory>),
                         InstanceMethod("watch", &MetricsObject::doing<&MetricsObject::watch>),
                         InstanceMethod("check", &MetricsObject::giving<&MetricsObject::check>),
                     });
}

MetricsObject::MetricsObject(const Napi::CallbackInfo& info)
    : Door<MetricsObject>(info),
      hub_(throwingToJs(info.Env(), [&] { return Engine::process().hub(toText(info[0], "name")); })) {}

void MetricsObject::refused(const Napi::CallbackInfo& info) {
  const std::string name = toText(info[0], "what");
  const Refused what = name == "stream" ? Refused::stream : name == "event" ? Refused::event : Refused::request;
  const std::string code = toText(info[1], "code");
  const std::string key = isGiven(info[2]) ? toText(info[2], "channel") : "";
  Engine::process().with(hub_, [&](Hub& hub, Instant now) { hub.metrics().noteRefusal(what, code, key, now); });
}

void MetricsObject::errorRecord(const Napi::CallbackInfo& info) {
  const std::string key = toText(info[0], "channel");
  Engine::process().with(hub_, [&](Hub& hub, Instant now) { hub.metrics().noteErrorRecord(key, now); });
}

Napi::Value MetricsObject::policies(const Napi::CallbackInfo& info) {
  const auto [metrics, at] =
      Engine::process().with(hub_, [](Hub& hub, Instant now) { return std::pair(hub.metrics().policies(), now); });
  const Napi::Array policies = Napi::Array::New(info.Env(), metrics.size());
  std::uint32_t place = 0;
  for (const PolicyMetrics& policy : metrics) {
    policies.Set(place++, toJs(info.Env(), policy, content_->counts(policy.name).get(), at));
  }
  return policies;
}

Napi::Value MetricsObject::memory(const Napi::CallbackInfo& info) {
  const MemoryAccount account = Engine::process().with(hub_, [](Hub& hub, Instant) { return hub.metrics().memory(); });
  return toJs(info.Env(), account);
}

// By the alerts' names: { above, below, lastingMs }; those left out are none.
void MetricsObject::watch(const Napi::CallbackInfo& info) {
  const Napi::Object given = toObject(info[0], "rules");
  AlertRules rules{};
  for (std::size_t at = 0; at < kAlerts; ++at) {
    const Napi::Value rule = given.Get(std::string(alertName(static_cast<AlertName>(at))));
    if (isGiven(rule)) {
      const Napi::Object one = toObject(rule, "rule");
      rules[at] = AlertRule{toNumber(one.Get("above"), "above"), toNumber(one.Get("below"), "below"),
                            toMillis(one.Get("lastingMs"), "lastingMs")};
    }
  }
  if (toFlag(info[1], "isNew")) {
    alerts_ = {};
  }
  alerts_.configure(rules);
}

Napi::Value MetricsObject::check(const Napi::CallbackInfo& info) {
  const double memoryShare = toNumber(info[0], "memoryShare");
  const std::vector<AlertReport> reports =
      Engine::process().with(hub_, [&](Hub& hub, Instant now) { return alerts_.check(hub, memoryShare, now); });
  const Napi::Array changes = Napi::Array::New(info.Env(), reports.size());
  std::uint32_t place = 0;
  for (const AlertReport& report : reports) {
    const Napi::Object change = Napi::Object::New(info.Env());
    change.Set("name", toJs(info.Env(), alertName(report.name)));
    change.Set("isRaised", Napi::Boolean::New(info.Env(), report.change == AlertChange::raised));
    change.Set("value", Napi::Number::New(info.Env(), report.value));
    changes.Set(place++, change);
  }
  return changes;
}

}  // namespace millrace
