#pragma once

#include "core/base/instant.hpp"
#include "core/hub/hub_options.hpp"
#include "core/hub/outcomes.hpp"
#include "core/wire/event.hpp"

#include <string_view>

namespace millrace {

struct Channel;
struct ChannelClass;
class DurableLog;
class EventWriter;
class FlowControl;
class IdempotencyKeys;
class Registry;
class StoredChannels;
class Sweeper;

// Accepts events for channels, within the limits of their policies.
class Publisher {
 public:
  // All outlive it.
  struct Parts {
    Registry& registry;
    StoredChannels& stored;
    Sweeper& sweeper;
    EventWriter& writer;
    FlowControl& flow;
    DurableLog& durable;
    IdempotencyKeys& keys;
  };
  explicit Publisher(const Parts& parts) : parts_(parts) {}

  // See Hub.
  [[nodiscard]] WriteOutcome publish(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                     Instant now, Receipt& receipt);

  // A channel that is used, but not published into; it is made if it is not there.
  [[nodiscard]] WriteOutcome use(std::string_view key, Instant now, Channel*& channel);

 private:
  [[nodiscard]] WriteOutcome publishNew(std::string_view key, const EventFields& fields, const PublishOptions& options,
                                        Instant now, Receipt& receipt);
  [[nodiscard]] const Receipt* published(std::string_view channel, std::string_view key, Instant now);
  void remember(std::string_view channel, std::string_view key, const Receipt& receipt, Instant now);
  [[nodiscard]] WriteOutcome makeRoom(const ChannelClass& group, Instant now);
  [[nodiscard]] bool isClosed(const Channel* known, std::string_view key) const;

  Parts parts_;
};

}  // namespace millrace
