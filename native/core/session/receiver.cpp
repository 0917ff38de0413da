#include "core/session/receiver.hpp"

#include <functional>

namespace millrace {

std::span<const ParsedItem> Receiver::feed(std::span<char> chunk) {
  const std::string_view bytes(chunk.data(), chunk.size());
  asciiChunk_ = classifyText(bytes) == TextKind::ascii ? bytes : std::string_view();
  id_ = {};
  idKind_ = TextKind::ascii;
  items_.clear();
  parser_.feed(chunk, items_);
  std::size_t kept = 0;
  for (ParsedItem& item : items_) {
    if (item.kind == ParsedItem::Kind::event) {
      if (!isWanted(item)) {
        continue;
      }
      judgeTexts(item);
    }
    if (&item != &items_[kept]) {
      items_[kept] = item;
    }
    ++kept;
  }
  return {items_.data(), kept};
}

// In this order: an event that the filter leaves out is in the window.
bool Receiver::isWanted(const ParsedItem& event) {
  const bool isRepeat = event.hasOwnId && window_.see(event.lastEventId) == Sighting::repeat;
  return !isRepeat && types_.passes(event.type);
}

void Receiver::judgeTexts(ParsedItem& event) {
  const std::string_view id = event.lastEventId;
  if (id.data() != id_.data() || id.size() != id_.size()) {
    id_ = id;
    idKind_ = kindOf(id);
  }
  event.idKind = idKind_;
  event.dataKind = kindOf(event.data);
  event.isInvalid = event.dataKind == TextKind::invalid || kindOf(event.type) == TextKind::invalid ||
                    (event.hasOwnId && event.idKind == TextKind::invalid);
}

// Most chunks are all ASCII, and most texts lie in them: then nothing is looked at twice.
TextKind Receiver::kindOf(std::string_view text) const {
  const std::less<const char*> before;
  const bool isInAscii =
      !before(text.data(), asciiChunk_.data()) && before(text.data(), asciiChunk_.data() + asciiChunk_.size());
  return isInAscii ? TextKind::ascii : classifyText(text);
}

}  // namespace millrace
