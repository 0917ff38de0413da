#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel_state.hpp"
#include "core/hub/outcomes.hpp"

#include <memory>
#include <string_view>

namespace millrace {

class ChannelEnds;
class Publisher;
class Registry;
class Sequence;

// The states of a hub's channels.
class ChannelStates {
 public:
  // All outlive it.
  ChannelStates(Registry& registry, Publisher& publisher, ChannelEnds& ends, const Sequence& sequence)
      : registry_(registry), publisher_(publisher), ends_(ends), sequence_(sequence) {}

  // From now on the channel has this state, which holds all that was published in it. The channel is made if it is not there.
  [[nodiscard]] WriteOutcome set(std::string_view key, std::shared_ptr<StateSource> state, Instant now);
  void clear(std::string_view key);
  // See ChannelEnds.
  [[nodiscard]] WriteOutcome close(std::string_view key, Instant now);
  // Null: the channel has none.
  [[nodiscard]] std::shared_ptr<StateSource> of(std::string_view key) const;

 private:
  Registry& registry_;
  Publisher& publisher_;
  ChannelEnds& ends_;
  const Sequence& sequence_;
};

}  // namespace millrace
