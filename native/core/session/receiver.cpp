#include "core/session/receiver.hpp"

namespace millrace {
namespace {

// The error that stands right before the event it is about.
bool isComplaint(const ParsedItem& item) {
  return item.kind == ParsedItem::Kind::error && item.error == ErrorCode::invalidUtf8;
}

}  // namespace

std::span<const ParsedItem> Receiver::feed(std::span<char> chunk) {
  items_.clear();
  parser_.feed(chunk, items_);
  std::size_t kept = 0;
  for (const ParsedItem& item : items_) {
    if (isRepeat(item)) {
      // What the parser said of the repeat's bytes goes with it.
      const bool hasComplaint = kept > 0 && isComplaint(items_[kept - 1]);
      kept -= hasComplaint ? 1 : 0;
    } else {
      items_[kept++] = item;
    }
  }
  items_.resize(kept);
  return items_;
}

bool Receiver::isRepeat(const ParsedItem& item) {
  return item.kind == ParsedItem::Kind::event && item.hasOwnId && window_.see(item.lastEventId) == Sighting::repeat;
}

}  // namespace millrace
