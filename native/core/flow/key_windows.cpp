#include "core/flow/key_windows.hpp"

namespace millrace {

bool KeyWindows::isOpen(Key key, Instant now) const {
  const auto found = windows_.find(key);
  return found != windows_.end() && (found->second.event != nullptr || now < found->second.end);
}

void KeyWindows::open(Key key, Instant end, UnixTime at) {
  const auto [found, isNew] = windows_.try_emplace(key);
  Window& window = found->second;
  if (!isNew) {
    empty_.erase({window.end, key});
  }
  window.end = end;
  window.tally = {};
  window.tally.add(at);
  empty_.emplace(end, key);
}

KeyWindows::Holding KeyWindows::hold(Key key, const FlowEvent& event) {
  Window& window = windows_[key];
  auto held = std::make_unique<HeldEvent>(event);
  const Holding holding = window.event == nullptr ? Holding::held : Holding::merged;
  if (holding == Holding::held) {
    empty_.erase({window.end, key});
    held_.emplace(window.end, key);
  } else {
    heldBytes_ -= window.event->bytes();
    held->keepUntil(window.event->view().expires);  // it stands for the others, too
  }
  heldBytes_ += held->bytes();
  window.event = std::move(held);
  window.tally.add(event.at);
  return holding;
}

void KeyWindows::forgetEnded(Instant now) {
  while (!empty_.empty() && empty_.begin()->first <= now) {
    windows_.erase(empty_.begin()->second);
    empty_.erase(empty_.begin());
  }
}

KeyWindows::Released KeyWindows::release(Instant nextEnd) {
  const Key key = held_.begin()->second;
  Window& window = windows_[key];
  held_.erase(held_.begin());
  heldBytes_ -= window.event->bytes();
  Released released{std::move(*window.event), std::exchange(window.tally, {})};
  window.event.reset();
  window.end = nextEnd;
  empty_.emplace(nextEnd, key);
  return released;
}

}  // namespace millrace
