#include "core/session/receiver.hpp"

#include "core/base/utf8.hpp"

namespace millrace {

const ParsedItem* Receiver::next() {
  const ParsedItem* item = parser_.next();
  while (item != nullptr && item->kind == ParsedItem::Kind::event && !isWanted(*item)) {
    item = parser_.next();
  }
  return item;
}

// In this order: an event that the filter leaves out is in the window.
bool Receiver::isWanted(const ParsedItem& event) {
  const bool isRepeat = event.hasOwnId && window_.see(event.lastEventId) == Sighting::repeat;
  return !isRepeat && types_.passes(event.type);
}

bool hasInvalidUtf8(const ParsedItem& item) {
  return item.kind == ParsedItem::Kind::event &&
         !(isUtf8(item.type) && isUtf8(item.data) && (!item.hasOwnId || isUtf8(item.lastEventId)));
}

}  // namespace millrace
