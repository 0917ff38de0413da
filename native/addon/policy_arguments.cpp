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

// What a stamp of this name adds to data, and merging beside it; see ContentRules.
std::size_t bytesOfAdded(const std::string& stamp) {
  constexpr std::size_t kTimeAndTally = 140;
  return stamp.empty() ? 0 : stamp.size() + kTimeAndTally;
}

// Of an array of objects.
template <typename Act>
void forEach(const Napi::Value& value, const char* name, Act&& act) {
  const Napi::Object list = toObject(value, name);
  const std::size_t length = Given(list).whole("length").value_or(0);
  for (std::uint32_t at = 0; at < length; ++at) {
    act(toObject(list.Get(at), name));
  }
}

RedactionRules toRedactionRules(const Napi::Object& object) {
  const Given given(object);
  RedactionRules rules;
  rules.keys = given.texts("keys").value_or(rules.keys);
  rules.paths = given.texts("paths").value_or(rules.paths);
  rules.emails = given.flag("emails");
  forEach(object.Get("patterns"), "patterns", [&](const Napi::Object& one) {
    const Given of(one);
    OwnPattern& pattern = rules.patterns.emplace_back();
    pattern.prefix = of.text("prefix");
    pattern.characters = of.text("characters");
    pattern.least = of.whole("least").value_or(pattern.least);
    pattern.most = of.whole("most").value_or(pattern.most);
  });
  return rules;
}

Oversize toOversize(const std::string& name) {
  if (name == "truncate") {
    return Oversize::truncate;
  }
  return name == "reference" ? Oversize::reference : Oversize::refuse;
}

JsonType toJsonType(const std::string& name) {
  for (const JsonType type :
       {JsonType::string, JsonType::number, JsonType::integer, JsonType::boolean, JsonType::object, JsonType::array}) {
    if (name == jsonTypeName(type)) {
      return type;
    }
  }
  return JsonType::any;
}

RecordRules toRecordRules(const Napi::Value& value) {
  std::vector<RecordRule> rules;
  forEach(value, "records", [&](const Napi::Object& record) {
    RecordRule& rule = rules.emplace_back();
    rule.type = Given(record).text("event");
    forEach(record.Get("members"), "members", [&](const Napi::Object& one) {
      const Given given(one);
      MemberRule& member = rule.members.emplace_back();
      member.name = given.text("name");
      member.type = toJsonType(given.text("type"));
      member.isRequired = given.flag("isRequired");
      member.allowed = given.texts("allowed").value_or(member.allowed);
      if (const Napi::Value minimum = one.Get("minimum"); minimum.IsNumber()) {
        member.minimum = minimum.As<Napi::Number>().DoubleValue();
      }
      member.minLength = given.whole("minLength").value_or(member.minLength);
    });
  });
  return RecordRules(std::move(rules));
}

std::optional<Guard> toGuard(const Napi::Value& value) {
  if (!isGiven(value)) {
    return std::nullopt;
  }
  return toText(value, "guard") == "policy" ? Guard::policy : Guard::authorizer;
}

std::optional<Durability> toDurability(const Napi::Value& value) {
  if (!isGiven(value)) {
    return std::nullopt;
  }
  const std::string name = toText(value, "durability");
  if (name == "always") {
    return Durability::always;
  }
  return name == "batch" ? Durability::batch : Durability::memory;
}

}  // namespace

PolicySettings toPolicySettings(const Napi::Object& object) {
  const Given given(object);
  PolicySettings settings;
  settings.historyEvents = given.whole("historyEvents");
  settings.historyBytes = given.whole("historyBytes");
  settings.historyTtl = given.millis("historyTtlMs");
  settings.durability = toDurability(object.Get("durability"));
  settings.storedEvents = given.whole("storedEvents");
  settings.storedBytes = given.whole("storedBytes");
  settings.storedTtl = given.millis("storedTtlMs");
  settings.guard = toGuard(object.Get("guard"));
  settings.connections = given.whole("perChannel");
  settings.total = given.whole("total");
  settings.channels = given.whole("policyChannels");
  settings.maxBytes = given.whole("maxBytes");
  if (const std::optional<double> rate = given.number("publishesPerUser")) {
    settings.publishesPerUser = perSecond(*rate);
  }
  if (const std::optional<double> rate = given.number("ratePerSecond")) {
    settings.rate = toRateRule(*rate, given);
  }
  settings.mergeWindow = given.millis("mergeWindowMs");
  settings.throttleEvery = given.millis("throttleEveryMs");
  settings.batchEvery = given.millis("batchEveryMs");
  if (isGiven(object.Get("stamp"))) {
    settings.stamp = given.text("stamp");
  }
  settings.channelTtl = given.millis("policyChannelTtlMs");
  return settings;
}

ContentSettings toContentSettings(const Napi::Object& object) {
  const Given given(object);
  ContentSettings settings;
  settings.maxBytes = given.whole("maxBytes");
  if (const std::string oversize = given.text("oversize"); !oversize.empty()) {
    settings.oversize = toOversize(oversize);
  }
  settings.keep = given.texts("keep");
  settings.mergeFields = given.texts("mergeFields");
  if (isGiven(object.Get("records"))) {
    settings.records = toRecordRules(object.Get("records"));
  }
  if (isGiven(object.Get("stamp"))) {
    settings.addedBytes = bytesOfAdded(given.text("stamp"));
  }
  const Napi::Value redact = object.Get("redact");
  if (isGiven(redact)) {
    settings.redaction = redact.IsObject() ? std::optional(toRedactionRules(redact.As<Napi::Object>())) : std::nullopt;
  }
  return settings;
}

std::vector<PolicyRule> toPolicies(const Napi::Value& value) {
  std::vector<PolicyRule> rules;
  forEach(value, "policies", [&](const Napi::Object& policy) {
    const Given given(policy);
    rules.push_back({given.text("name"), given.text("match"), toPolicySettings(policy)});
  });
  return rules;
}

std::vector<NamedContent> toContentPolicies(const Napi::Value& value) {
  std::vector<NamedContent> contents;
  forEach(value, "policies", [&](const Napi::Object& policy) {
    const Given given(policy);
    contents.push_back({given.text("name"), given.text("match"), toContentSettings(policy)});
  });
  return contents;
}

}  // namespace millrace
