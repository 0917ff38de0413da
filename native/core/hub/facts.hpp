#pragma once

#include "core/hub/hub_options.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

// What the application knows of a subscriber, each under a name: `tenant` is `a`.
struct Fact {
  std::string name;
  std::string value;

  bool operator==(const Fact&) const = default;
};
using Facts = std::vector<Fact>;

// The facts of those subscribers that have some: the others take no memory for it.
class FactTable {
 public:
  void set(SubscriberId id, Facts facts) {
    if (facts.empty()) {
      facts_.erase(id);
    } else {
      facts_[id] = std::move(facts);
    }
  }
  void forget(SubscriberId id) { facts_.erase(id); }
  // Whether the subscriber has all of these, with the same values.
  [[nodiscard]] bool have(SubscriberId id, const Facts& wanted) const {
    const auto found = facts_.find(id);
    return wanted.empty() ||
           (found != facts_.end() && std::all_of(wanted.begin(), wanted.end(), [&](const Fact& fact) {
              return std::find(found->second.begin(), found->second.end(), fact) != found->second.end();
            }));
  }

 private:
  std::unordered_map<SubscriberId, Facts> facts_;
};

}  // namespace millrace
