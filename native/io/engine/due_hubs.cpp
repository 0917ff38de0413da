#include "io/engine/due_hubs.hpp"

namespace millrace {

void DueHubs::note(std::size_t hub, Instant next) {
  if (next == noted_[hub]) {
    return;
  }
  due_.erase({noted_[hub], hub});
  noted_[hub] = next;
  if (next != kNever) {
    due_.emplace(next, hub);
  }
}

std::vector<std::size_t> DueHubs::dueAt(Instant now) const {
  std::vector<std::size_t> hubs;
  for (auto next = due_.begin(); next != due_.end() && next->first <= now; ++next) {
    hubs.push_back(next->second);
  }
  return hubs;
}

}  // namespace millrace
