#include "wasm/client/item_table.hpp"

#include "core/base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

// From here on, a text of ASCII costs less decoded on its own than copied and sliced; and then it is a string that holds
// nothing else alive.
constexpr std::size_t kLongAscii = 2048;
// Longer texts would make the arena large.
constexpr std::size_t kLongWide = std::size_t{32} * 1024;

constexpr std::uint32_t kDataShift = 3;
constexpr std::uint32_t kIdShift = 6;
constexpr std::uint32_t kTypeShift = 9;

// Where a text stands for JavaScript.
std::uint32_t addressOf(const char* place) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(place));
}

// Behind what the buffer holds, and gives the units. A unit a byte is the most it can be.
std::size_t writeUtf16(std::string_view text, ByteBuffer& buffer) {
  return toUtf16(text, reinterpret_cast<char16_t*>(buffer.room(text.size() * sizeof(char16_t))));
}

}  // namespace

void ItemTable::fill(Receiver& receiver, std::span<char> piece, ChunkPlace place, WideText wideText,
                     ChunkTally& tally) {
  blocks_.records.clear();
  blocks_.ascii.clear();
  blocks_.wide.clear();
  id_ = {};
  wideText_ = wideText;
  const std::string_view bytes(piece.data(), piece.size());
  const bool isAscii = place == ChunkPlace::alone && asciiPrefix(bytes) == bytes.size();
  asciiChunk_ = isAscii ? bytes : std::string_view();
  unsigned plainEvents = 0;
  receiver.begin(piece);
  while (const ParsedItem* const item = receiver.next()) {
    switch (item->kind) {
      case ParsedItem::Kind::event:
        if (tally.isPlain(*item)) {
          ++plainEvents;
        } else {
          tally.add(*item);
        }
        addEvent(*item);
        break;
      case ParsedItem::Kind::retry:
        add(static_cast<std::uint32_t>(Kind::retry), item->retry, 0, 0);
        break;
      case ParsedItem::Kind::error:
        add(static_cast<std::uint32_t>(Kind::error), static_cast<std::uint32_t>(item->error),
            static_cast<std::uint32_t>(item->limit), 0);
        break;
    }
  }
  tally.addPlain(plainEvents);
}

void ItemTable::addEvent(const ParsedItem& event) {
  const std::uint32_t type = typeNumber(event.type);
  bool isInvalid = type == kMostTypes && !isUtf8(event.type);
  // Read as it was written, in two halves: a view that is copied as one waits for both.
  const std::string_view text(event.data.data(), event.data.size());
  const Laid data = isAscii(text) ? addAscii(text, kLongAscii) : addWide(text);
  Laid id{Place::same, 0};
  const std::string_view lastId = event.lastEventId;
  if (lastId.data() != id_.data() || lastId.size() != id_.size()) {
    id_ = lastId;
    if (isAscii(lastId)) {
      id = addAscii(lastId, SIZE_MAX);
    } else {
      add(static_cast<std::uint32_t>(Kind::id), static_cast<std::uint32_t>(lastId.size()), 0, addressOf(lastId.data()));
      isInvalid = isInvalid || (event.hasOwnId && !isUtf8(lastId));
    }
  }
  if (isInvalid) {
    add(static_cast<std::uint32_t>(Kind::error), static_cast<std::uint32_t>(ErrorCode::invalidUtf8), 0, 0);
  }
  const std::uint32_t head = static_cast<std::uint32_t>(event.isRaw ? Kind::rawEvent : Kind::event) |
                             static_cast<std::uint32_t>(data.place) << kDataShift |
                             static_cast<std::uint32_t>(id.place) << kIdShift | type << kTypeShift;
  const bool isWide = data.place == Place::wide;
  add(head, data.size, id.size, isWide ? static_cast<std::uint32_t>(text.size()) : addressOf(text.data()));
}

// Most chunks are all ASCII, and most texts lie in them: those are not looked at again.
bool ItemTable::isInAsciiChunk(std::string_view text) const {
  return addressOf(text.data()) - addressOf(asciiChunk_.data()) < asciiChunk_.size();
}

bool ItemTable::isAscii(std::string_view text) const {
  return isInAsciiChunk(text) || asciiPrefix(text) == text.size();
}

// In spare room that is aligned, as that behind the records is.
bool ItemTable::isUtf8(std::string_view text) { return isAscii(text) || writeUtf16(text, blocks_.records) != 0; }

// From so many bytes on, it stands on its own.
ItemTable::Laid ItemTable::addAscii(std::string_view text, std::size_t longFrom) {
  const auto size = static_cast<std::uint32_t>(text.size());
  if (text.size() >= longFrom) {
    return {Place::apart, size};
  }
  constexpr std::size_t kShort = 32;
  if (text.size() <= kShort && isInAsciiChunk(text)) {
    // Of one size, whatever the text's, so that no branch is to be foreseen.
    std::memcpy(blocks_.ascii.room(kShort), text.data(), kShort);
  } else {
    std::memcpy(blocks_.ascii.room(text.size()), text.data(), text.size());
  }
  blocks_.ascii.take(text.size());
  return {Place::ascii, size};
}

ItemTable::Laid ItemTable::addWide(std::string_view text) {
  const Laid unsure{Place::unsure, static_cast<std::uint32_t>(text.size())};
  // Behind the bytes of another text, the rest of a sequence could make that well-formed.
  const bool startsWithin = (static_cast<std::uint8_t>(text.front()) & 0xC0U) == 0x80U;
  if (text.size() >= kLongWide || startsWithin) {
    return unsure;
  }
  if (wideText_ == WideText::utf8) {
    blocks_.wide.append(text);
    return {Place::wide, static_cast<std::uint32_t>(utf16Units(text))};
  }
  const std::size_t units = writeUtf16(text, blocks_.wide);
  blocks_.wide.take(units * sizeof(char16_t));
  return units == 0 ? unsure : Laid{Place::wide, static_cast<std::uint32_t>(units)};
}

// Tells JavaScript of a type that it does not know.
std::uint32_t ItemTable::typeNumber(std::string_view type) {
  // A stream that says "message" itself gives a type like others.
  if (type.data() == kDefaultType.data()) {
    return 0;
  }
  const auto isNumber = [&](std::uint32_t number) {
    const KnownType& known = types_[number];
    return std::string_view(known.name, known.size) == type;
  };
  if (isNumber(lastType_)) {
    return lastType_;
  }
  std::uint32_t number = 1;
  while (number < typeCount_ && !isNumber(number)) {
    ++number;
  }
  const bool isKnown = number < typeCount_;
  if (!isKnown) {
    std::string_view text = type;
    if (number < kMostTypes && type.size() <= KnownType::kMostBytes && isUtf8(type)) {
      KnownType& known = types_[number];
      known.size = static_cast<std::uint8_t>(type.copy(known.name, type.size()));
      typeCount_ = number + 1;
      text = {known.name, known.size};
    } else {
      number = kMostTypes;
    }
    add(static_cast<std::uint32_t>(Kind::type) | number << kTypeShift, static_cast<std::uint32_t>(text.size()), 0,
        addressOf(text.data()));
  }
  lastType_ = number < kMostTypes ? number : 0;
  return number;
}

void ItemTable::add(std::uint32_t head, std::uint32_t size, std::uint32_t idSize, std::uint32_t address) {
  auto* const record = reinterpret_cast<Record*>(blocks_.records.room(sizeof(Record)));
  // One by one: a record that is put together elsewhere and copied makes the copy wait for its parts.
  record->head = head;
  record->size = size;
  record->idSize = idSize;
  record->address = address;
  blocks_.records.take(sizeof(Record));
}

}  // namespace millrace
