#include "addon/policy_arguments.hpp"

#include "addon/convert.hpp"
#include "addon/given.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace millrace {
namespace {

// So many a second, and a second's worth at once.
RateLimit perSecond(double rate) {
  constexpr double kMostBurst = 1e6;
  return {rate, static_cast<std::size_t>(std::ceil(std::clamp(rate, 1.0, kMostBurst)))};
}

RateRule toRateRule(double rate, const Given& given) {
  RateRule rule;
  rule.limit = perSecond(rate);
  rule.limit.burst = given.whole("rateBurst").value_or(rule.limit.burst);
  rule.bufferEvents = given.whole("rateBufferEvents").value_or(rule.bufferEvents);
  rule.bufferBytes = given.whole("rateBufferBytes").value_or(rule.bufferBytes);
  rule.overflow = given.flag("rateRefuses") ? RateOverflow::refuse : RateOverflow::dropOldest;
  return rule;
}

}  // namespace

PolicySettings toPolicySettings(const Napi::Object& object) {
  const Given given(object);
  PolicySettings settings;
  settings.historyEvents = given.whole("historyEvents");
  settings.historyBytes = given.whole("historyBytes");
  settings.historyTtl = given.millis("historyTtlMs");
  settings.connections = given.whole("perChannel");
  settings.total = given.whole("total");
  settings.channels = given.whole("policyChannels");
  if (const std::optional<double> rate = given.number("publishesPerUser")) {
    settings.publishesPerUser = perSecond(*rate);
  }
  if (const std::optional<double> rate = given.number("ratePerSecond")) {
    settings.rate = toRateRule(*rate, given);
  }
  settings.mergeWindow = given.millis("mergeWindowMs");
  settings.throttleEvery = given.millis("throttleEveryMs");
  return settings;
}

std::vector<PolicyRule> toPolicies(const Napi::Value& value) {
  std::vector<PolicyRule> rules;
  const Napi::Object list = toObject(value, "policies");
  const std::size_t length = Given(list).whole("length").value_or(0);
  for (std::uint32_t at = 0; at < length; ++at) {
    const Napi::Object policy = toObject(list.Get(at), "policy");
    const Given given(policy);
    rules.push_back({given.text("name"), given.text("match"), toPolicySettings(policy)});
  }
  return rules;
}

}  // namespace millrace
