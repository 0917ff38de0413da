#include "core/hub/cut_event.hpp"

#include "core/hub/channel.hpp"
#include "core/hub/preamble.hpp"

#include <utility>

namespace millrace {

void CutEvent::set(Channel& channel, Cursor at, std::string_view rest) {
  rest_ = rest;
  channel_ = &channel;
  at_ = at;
  ++channel.cutMembers;
}

void CutEvent::clear() {
  leaveLog();
  rest_ = {};
}

void CutEvent::pin(Spans& spans) const {
  if (channel_ != nullptr) {
    spans.pin(channel_->log.segmentOf(at_));
  }
}

void CutEvent::takenUpTo(const char* firstUntaken, Preamble& keeper) {
  rest_.remove_prefix(static_cast<std::size_t>(firstUntaken - rest_.data()));
  if (channel_ == nullptr) {
    keeper.sendFirst(std::exchange(rest_, {}));
  }
}

void CutEvent::keepBefore(const Channel& channel, Cursor cursor, bool isInFlight, Preamble& keeper) {
  if (channel_ != &channel || at_ >= cursor) {
    return;
  }
  if (isInFlight) {
    leaveLog();
  } else {
    keeper.sendFirst(rest_);
    clear();
  }
}

void CutEvent::leaveLog() {
  if (channel_ != nullptr) {
    --channel_->cutMembers;
    channel_ = nullptr;
  }
}

}  // namespace millrace
