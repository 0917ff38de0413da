#include "core/hub/own_log.hpp"

namespace millrace {

void OwnLog::append(const LogEntry& entry) {
  if (!log_) {
    log_ = std::make_unique<ChannelLog>();
    given_ = {};
  }
  log_->append(entry);
}

void OwnLog::trimBefore(Cursor cursor) {
  if (!log_) {
    return;
  }
  log_->trimBefore(cursor);
  if (log_->isEmpty()) {
    clear();
  }
}

}  // namespace millrace
