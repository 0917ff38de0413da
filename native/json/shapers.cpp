#include "json/shapers.hpp"

#include "core/base/channel_pattern.hpp"

#include <algorithm>

namespace millrace {

Shapers::Shapers(const std::vector<ContentPolicy>& policies) {
  for (const ContentPolicy& policy : policies) {
    const bool isNone = policy.rules.areNone();
    entries_.push_back({policy.match, isNone ? nullptr : std::make_unique<Shaper>(policy.rules, policy.counts)});
  }
}

const Shaper* Shapers::of(std::string_view channel) const {
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    if (at + 1 == entries_.size() || matchesPattern(entries_[at].match, channel)) {
      return entries_[at].shaper.get();
    }
  }
  return nullptr;
}

bool Shapers::areNone() const {
  return std::all_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.shaper == nullptr; });
}

}  // namespace millrace
