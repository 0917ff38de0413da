#include "sim/socket.hpp"

#include "sim/traffic.hpp"

#include <string_view>

namespace millrace::sim {

Taken takeFrom(World& world, Server& server, const Socket& socket, Random& random) {
  constexpr OwnerId kNobody = 77;  // an owner that has no connections
  test::TestTurns& turns = server.turns();
  const Instant now = world.clock.now();
  ReadLimits limits;
  if (socket.takesParts && random.chance(30)) {
    limits = {1 + random.below(300), 1 + random.below(5)};
  }
  Spans spans;
  turns.read(socket.connection, now, limits, spans);
  if (socket.takesParts && random.chance(30)) {
    if (socket.hasJoined) {
      sendTo(world, server, socket.connection);
    }
    turns.settle(kNobody, now);
  }
  std::string all;
  for (const std::string_view span : spans.bytes) {
    all.append(span);
  }
  std::size_t room = socket.takesParts && random.chance(50) ? random.below(all.size() + 1) : all.size();
  world.tell([&](std::ostream& out) {
    out << "connection " << socket.connection << " takes " << room << " of " << all.size() << " bytes";
  });
  if (room == all.size()) {
    const bool hasMore = turns.taken(socket.connection, now);
    return {std::move(all), true, hasMore};
  }
  std::string part = all.substr(0, room);
  auto span = spans.bytes.begin();
  for (; room >= span->size(); ++span) {
    room -= span->size();
  }
  turns.takenUpTo(socket.connection, span->data() + room, now);
  return {std::move(part), false, true};
}

}  // namespace millrace::sim
