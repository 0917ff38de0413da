#pragma once

#include "sim/server.hpp"
#include "sim/world.hpp"

#include <string>

namespace millrace::sim {

// A connection as the server's side sees it.
struct Socket {
  SubscriberId connection = 0;
  bool takesParts = false;  // it takes what it has room for, and the world goes on meanwhile
  bool hasJoined = false;
};

// What it has taken of what there was for it.
struct Taken {
  std::string bytes;
  bool isWhole = true;   // it has taken all that it was given
  bool hasMore = false;  // there is something at once
};

// All there is; or, as a socket does, any part of it.
[[nodiscard]] Taken takeFrom(World& world, Server& server, const Socket& socket, Random& random);

}  // namespace millrace::sim
