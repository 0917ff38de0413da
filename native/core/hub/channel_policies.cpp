#include "core/hub/channel_policies.hpp"

#include "core/base/channel_pattern.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

// What a durable channel keeps in memory is the newest part of what it keeps, and never more than the hub says.
void limitMemory(ChannelPolicy& policy, const LogLimits& most) {
  if (policy.durability != Durability::memory) {
    policy.history.events = std::min(policy.history.events, most.events);
    policy.history.bytes = std::min(policy.history.bytes, most.bytes);
    policy.history.ttl = std::min(policy.history.ttl, most.ttl);
  }
}

}  // namespace

ChannelPolicies::Classes ChannelPolicies::set(const ChannelPolicy& rest, const std::vector<PolicyRule>& rules) {
  rest_->policy = rest;
  Classes next;
  for (const PolicyRule& rule : rules) {
    std::unique_ptr<ChannelClass> known = take(rule.name);
    next.push_back(known != nullptr ? std::move(known) : std::make_unique<ChannelClass>(rule));
    next.back()->rule = rule;
    next.back()->policy = rule.settings.over(rest);
    limitMemory(next.back()->policy, rest.history);
  }
  std::swap(classes_, next);
  std::erase(next, nullptr);
  for (const auto& retired : next) {
    rest_->metrics.add(retired->metrics);  // so that streams which it has opened end somewhere
    rest_->dropped += retired->dropped;
  }
  return next;
}

// Takes the class of this name out; null when there is none.
std::unique_ptr<ChannelClass> ChannelPolicies::take(std::string_view name) {
  const auto found = std::find_if(classes_.begin(), classes_.end(),
                                  [name](const auto& known) { return known != nullptr && known->rule.name == name; });
  return found == classes_.end() ? nullptr : std::exchange(*found, nullptr);
}

ChannelClass& ChannelPolicies::of(std::string_view key) const {
  const auto found = std::find_if(classes_.begin(), classes_.end(),
                                  [key](const auto& known) { return matchesPattern(known->rule.match, key); });
  return found != classes_.end() ? **found : *rest_;
}

}  // namespace millrace
