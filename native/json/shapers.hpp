#pragma once

#include "json/shaper.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// The content rules of a class of channels.
struct ContentPolicy {
  std::string match;  // see matchesPattern()
  ContentRules rules;
  std::shared_ptr<ContentCounts> counts;
};

// Which shaper a channel's events go through: that of the first policy that matches, or else that of the rest. Immutable.
class Shapers {
 public:
  // The last policy is that of the rest, whatever its pattern.
  explicit Shapers(const std::vector<ContentPolicy>& policies);

  // None: they stay as they are.
  [[nodiscard]] const Shaper* of(std::string_view channel) const;
  [[nodiscard]] bool areNone() const;

 private:
  struct Entry {
    std::string match;
    std::unique_ptr<Shaper> shaper;
  };

  std::vector<Entry> entries_;
};

}  // namespace millrace
