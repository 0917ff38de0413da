#include "core/session/receiver.hpp"

namespace millrace {

std::span<const ParsedItem> Receiver::feed(std::span<char> chunk) {
  found_.clear();
  items_.clear();
  parser_.feed(chunk, found_);
  for (ParsedItem& item : found_) {
    if (item.kind == ParsedItem::Kind::event) {
      if (!isWanted(item)) {
        continue;
      }
      item.dataKind = classifyText(item.data);
      if (item.dataKind == TextKind::invalid || classifyText(item.type) == TextKind::invalid ||
          (item.hasOwnId && classifyText(item.lastEventId) == TextKind::invalid)) {
        ParsedItem complaint;
        complaint.kind = ParsedItem::Kind::error;
        complaint.error = ErrorCode::invalidUtf8;
        items_.push_back(complaint);
      }
    }
    items_.push_back(item);
  }
  return items_;
}

// In this order: an event that the filter leaves out is in the window.
bool Receiver::isWanted(const ParsedItem& event) {
  const bool isRepeat = event.hasOwnId && window_.see(event.lastEventId) == Sighting::repeat;
  return !isRepeat && types_.passes(event.type);
}

}  // namespace millrace
