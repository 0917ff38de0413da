#include "core/session/receiver.hpp"

#include "core/base/hash.hpp"
#include "core/base/utf8.hpp"
#include "core/wire/notice.hpp"

#include <cstring>

namespace millrace {
namespace {

// Behind another hash. Only events of one id are told apart by it, and who chooses a text does not choose the id: it is to be
// quick, and need not be safe. (The multiplier is that of Steele and Vigna, "Computationally easy, spectrally good
// multipliers", 2021.)
std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  const auto add = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0xd1342543de82ef95U;
    hash ^= hash >> 32U;
  };
  add(text.size());
  std::uint64_t word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    add(word);
  }
  word = 0;
  for (const char character : text) {
    word = word << 8U | static_cast<unsigned char>(character);
  }
  add(word);
  return hash;
}

}  // namespace

const ParsedItem* Receiver::next() {
  const ParsedItem* item = parser_.next();
  while (item != nullptr && item->kind == ParsedItem::Kind::event && !isWanted(*item)) {
    item = parser_.next();
  }
  return item;
}

void Receiver::reset() {
  parser_.reset();
  window_.reset();
  isOurs_ = false;
}

// In this order: an event that the filter leaves out is in the window.
bool Receiver::isWanted(const ParsedItem& event) {
  isOurs_ = isOurs_ || event.type == kBeginType;
  const bool isRepeat = event.hasOwnId && window_.see(fingerprintOf(event)) == Sighting::repeat;
  return !isRepeat && (types_.passes(event.type) || event.data == kDone);
}

std::uint64_t Receiver::fingerprintOf(const ParsedItem& event) const {
  const std::uint64_t ofId = hash64(event.lastEventId);
  return isOurs_ ? ofId : mix(mix(ofId, event.type), event.data);
}

bool hasInvalidUtf8(const ParsedItem& item) {
  return item.kind == ParsedItem::Kind::event &&
         (!isUtf8(item.type) || !isUtf8(item.data) || (item.hasOwnId && !isUtf8(item.lastEventId)));
}

}  // namespace millrace
