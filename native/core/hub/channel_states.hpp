#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel_state.hpp"
#include "core/hub/outcomes.hpp"

#include <memory>
#include <string_view>

namespace millrace {

class Publisher;
class Registry;
class Sequence;

// The states of a hub's channels.
class ChannelStates {
 public:
  // All outlive it.
  ChannelStates(Registry& registry, Publisher& publisher, const Sequence& sequence)
      : registry_(registry), publisher_(publisher), sequence_(sequence) {}

  // From now on the channel has this state, which holds all that was published in it. The channel is made if it is not there.
  [[nodiscard]] WriteOutcome set(std::string_view key, std::shared_ptr<StateSource> state, Instant now);
  void clear(std::string_view key);
  // Null: the channel has none.
  [[nodiscard]] std::shared_ptr<StateSource> of(std::string_view key) const;

 private:
  Registry& registry_;
  Publisher& publisher_;
  const Sequence& sequence_;
};

}  // namespace millrace
