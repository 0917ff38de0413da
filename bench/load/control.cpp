#include "load/control.hpp"

#include "native/process.hpp"

#include <limits>

namespace bench {

void Control::onLine(std::string_view text) {
  const auto command = JsonLine::parse(text);
  if (!command) {
    answer(JsonLine().set("problem", "no flat JSON object"));
    return;
  }
  const auto id = command->number("id");
  const auto what = command->text("do");
  const auto name = command->text("group", "main");
  if (what == "connect") {
    // Assigned first, or its answer could come before the group can be found.
    auto& group = groups_[name];
    group = std::make_unique<Group>(epoll_, GroupOptions::from(*command), id);
    return;
  }
  const auto found = groups_.find(name);
  if (found == groups_.end()) {
    answer(JsonLine().set("id", id).set("problem", "no such group: " + name));
    return;
  }
  Group& group = *found->second;
  if (what == "expect") {
    group.expect(id, static_cast<std::uint64_t>(command->number("events")), command->number("timeoutMs", 10000));
    return;
  }
  JsonLine line;
  line.set("id", id);
  if (what == "stall" || what == "resume")
    group.setStalled(static_cast<std::size_t>(command->number("count", std::numeric_limits<std::int64_t>::max())),
                     what == "stall");
  else if (what == "mark")
    group.mark();
  else if (what == "close")
    group.closeAll();
  else if (what != "stats")
    line.set("problem", "no such command: " + what);
  group.describe(line);
  // A closed group stays until a new one takes its name: events of this turn may still point to its connections.
  answer(line);
}

void Control::onTick() {
  const auto now = nowNs();
  for (const auto& [name, group] : groups_)
    group->onTick(now);
}

}  // namespace bench
