#pragma once

#include "core/hub/turns.hpp"

#include <cstddef>
#include <vector>

namespace millrace {

// An owner's turn in one hub, by the hub's handle.
struct HubTurn {
  std::size_t hub;
  OwnerTurn turn;
};

using HubTurns = std::vector<HubTurn>;

}  // namespace millrace
