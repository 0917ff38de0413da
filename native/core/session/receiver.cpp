#include "core/session/receiver.hpp"

namespace millrace {

std::span<const ParsedItem> Receiver::feed(std::span<char> chunk) {
  items_.clear();
  parser_.feed(chunk, items_);
  std::erase_if(items_, [this](const ParsedItem& item) {
    return item.kind == ParsedItem::Kind::event && item.hasOwnId && window_.see(item.lastEventId) == Sighting::repeat;
  });
  return items_;
}

}  // namespace millrace
