#pragma once

#include "core/hub/channel_class.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace millrace {

// Which policy a channel has, by its key: the first rule that matches counts, or else that of the rest.
class ChannelPolicies {
 public:
  using Classes = std::vector<std::unique_ptr<ChannelClass>>;

  // A class goes on that has a rule of the same name. Those that have none any more are given back, and what they have counted is the
  // rest's: they must live until no channel is in them.
  [[nodiscard]] Classes set(const ChannelPolicy& rest, const std::vector<PolicyRule>& rules);
  // It lives until a set() gives it back.
  [[nodiscard]] ChannelClass& of(std::string_view key) const;
  // The channels that no rule matches. Its rule has no name.
  [[nodiscard]] ChannelClass& rest() const { return *rest_; }
  // Calls `act(group)` for each, in the order of the rules, and for the rest.
  template <typename Act>
  void forEach(Act&& act) const {
    for (const auto& group : classes_) {
      act(*group);
    }
    act(*rest_);
  }

 private:
  [[nodiscard]] std::unique_ptr<ChannelClass> take(std::string_view name);

  std::unique_ptr<ChannelClass> rest_ = std::make_unique<ChannelClass>(PolicyRule{});
  Classes classes_;
};

}  // namespace millrace
