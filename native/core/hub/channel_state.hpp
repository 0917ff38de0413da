#pragma once

#include "core/hub/text_pieces.hpp"

#include <cstdint>
#include <memory>
#include <string>
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
  // All that is needed to make it again in another process; empty: there is none.
  [[nodiscard]] virtual std::string whole() const = 0;
  // The latest change has this number, and is not shown before settle() tells of it; or it never was, if it could not be stored. Those before it
  // are told of first.
  virtual void hold(std::uint64_t change) = 0;
  virtual void settle(std::uint64_t change, bool isStored) = 0;
  // Whether events of this type are what changes it, so that those before it need not be sent beside it.
  [[nodiscard]] virtual bool isChangedBy(std::uint64_t typeHash) const = 0;
};

// The state of a channel: who begins to read the channel, or has missed some of it, is sent it before the events that follow.
struct ChannelState {
  std::shared_ptr<StateSource> source;  // shared with whoever changes it
  std::uint64_t through = 0;            // the events up to this sequence have become part of what is shown of it
  std::uint64_t unstored = 0;  // the number of its latest change, while that is on its way to the store; 0: none is
};

}  // namespace millrace
