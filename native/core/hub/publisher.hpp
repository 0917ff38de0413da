#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel_state.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/wire/event.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace millrace {

struct Channel;
struct ChannelClass;
class EventWriter;
class FlowControl;
class Registry;
class Sweeper;

// Accepts events for channels, within the limits of their policies.
class Publisher {
 public:
  // All outlive it.
  struct Parts {
    Registry& registry;
    Sweeper& sweeper;
    EventWriter& writer;
    FlowControl& flow;
  };
  explicit Publisher(const Parts& parts) : parts_(parts) {}

  // See Hub.
  [[nodiscard]] WriteOutcome publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                     Instant now, Receipt& receipt);

  // See Hub. `through`: the newest sequence.
  [[nodiscard]] WriteOutcome setState(std::string_view key, std::shared_ptr<StateSource> state, std::uint64_t through,
                                      Instant now);

 private:
  [[nodiscard]] WriteOutcome makeRoom(const ChannelClass& group, Instant now);

  Parts parts_;
};

}  // namespace millrace
