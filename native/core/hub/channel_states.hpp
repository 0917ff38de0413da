#pragma once

#include "core/base/instant.hpp"
#include "core/hub/channel_state.hpp"
#include "core/hub/cold_channels.hpp"
#include "core/hub/outcomes.hpp"
#include "core/hub/store_journals.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class ChannelEnds;
class DurableLog;
class Publisher;
class Registry;
class Sequence;
class StoredChannels;

// The states of a hub's channels. Those of durable channels have a journal in the store, from which they are made again.
class ChannelStates {
 public:
  // All outlive it.
  struct Parts {
    Registry& registry;
    Publisher& publisher;
    ChannelEnds& ends;
    const Sequence& sequence;
    StoredChannels& stored;
    DurableLog& durable;
    ColdChannels& cold;
  };
  explicit ChannelStates(const Parts& parts) : parts_(parts) {}

  // From now on the channel has this state, which holds all that was published in it. The channel is made if it is not there. `change`: what
  // has changed of the state, for its journal; empty: everything.
  [[nodiscard]] WriteOutcome set(std::string_view key, std::shared_ptr<StateSource> state, std::string_view change,
                                 Instant now);
  void clear(std::string_view key, Instant now);
  // Null: the channel has none in memory.
  [[nodiscard]] std::shared_ptr<StateSource> of(std::string_view key) const;
  // A change is not shown before it is stored: whoever makes one asks first, and has the source keep what was shown.
  [[nodiscard]] bool isHeld(std::string_view key) const;

  // Only the store has it: journalName() says where. It is read there and restored before the channel is used.
  [[nodiscard]] bool isCold(std::string_view key) const;
  // The state that the journal comes to; `through`: the number of its newest entry. Null: it comes to none.
  void restore(std::string_view key, std::shared_ptr<StateSource> state, std::uint64_t through, const JournalSize& size,
               Instant now);
  // The channels that have one, in memory or in the store, whose names begin so; in any order.
  [[nodiscard]] std::vector<std::string> keys(std::string_view prefix) const;

  [[nodiscard]] ColdChannels& cold() { return parts_.cold; }

  // See ChannelEnds.
  [[nodiscard]] WriteOutcome close(std::string_view key, Instant now);

 private:
  const Parts parts_;
};

}  // namespace millrace
