#pragma once

#include "core/hub/preamble.hpp"
#include "core/hub/subscriptions.hpp"

namespace millrace {

// Puts the states that are owed into the preamble, where the channels have some. What is part of them is not sent beside them.
void sendOwedStates(Subscriptions& subscriptions, Preamble& preamble);

}  // namespace millrace
