#pragma once

#include "core/hub/close_reason.hpp"
#include "core/hub/hub_options.hpp"

#include <utility>
#include <vector>

namespace millrace {

// What an owner is to do in its turn.
struct Turn {
  // Subscribers that have bytes, and of which the owner was not told since they were last read to the end.
  std::vector<SubscriberId> readable;
  // Of each of those, in the same order, what it was assigned with.
  std::vector<void*> sockets;
  // Subscribers to be closed, once what is left was read where that makes sense.
  std::vector<std::pair<SubscriberId, CloseReason>> closing;
};

}  // namespace millrace
