#pragma once

#include "core/hub/text_pieces.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace millrace {

// What a channel's events have led to, as text: an interface of the core, for it knows no JSON. Called under the hub's guard.
class StateSource {
 public:
  StateSource() = default;
  virtual ~StateSource() = default;
  StateSource(const StateSource&) = delete;
  StateSource& operator=(const StateSource&) = delete;
  StateSource(StateSource&&) = delete;
  StateSource& operator=(StateSource&&) = delete;

  // Whole events without ids, the same object until the state changes; null: there is none.
  [[nodiscard]] virtual SharedText text() = 0;
  // Of them those of these types (hashes); null: none.
  [[nodiscard]] virtual SharedText textOf(const std::vector<std::uint64_t>& types) = 0;
  // Whether events of this type are what changes it, so that those before it need not be sent beside it.
  [[nodiscard]] virtual bool isChangedBy(std::uint64_t typeHash) const = 0;
};

// The state of a channel: who begins to read the channel, or has missed some of it, is sent it before the events that follow.
struct ChannelState {
  std::shared_ptr<StateSource> source;  // shared with whoever changes it
  std::uint64_t through = 0;            // the events up to this sequence have become part of it
};

}  // namespace millrace
