#pragma once

#include "sim/server.hpp"
#include "sim/world.hpp"

#include <cstddef>

namespace millrace::sim {

// What the application does with its hub. Each does nothing where the server is down.

void publish(World& world, Server& server, Random& random);
// An event with a number that is no channel's.
void sendTo(World& world, Server& server, SubscriberId id);
void forget(World& world, Server& server, Random& random);
void closeChannel(World& world, Server& server, Random& random);

}  // namespace millrace::sim
