// The receiver's door of the browser's client: plain C functions over handles. js/src/core/wasm-receiver.ts is the other
// side. Texts go out as addresses into this module's memory, valid until the next receiverFeed().
#include "core/session/receiver.hpp"

#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace millrace;

// What JavaScript reads, eight 32-bit words an item.
struct ItemRecord {
  std::uint32_t kind;   // ParsedItem::Kind
  std::uint32_t value;  // event: 1 when the data is ASCII; retry: milliseconds; error: the ErrorCode's number
  std::uint32_t type;   // addresses and sizes of the texts; error: `type` is the limit
  std::uint32_t typeSize;
  std::uint32_t data;
  std::uint32_t dataSize;
  std::uint32_t id;
  std::uint32_t idSize;
};

// One input buffer and one table for all receivers: a call fills them and JavaScript empties them before the next.
std::vector<char> input;
std::vector<ItemRecord> table;
ItemRecord lastId;

std::uint32_t addressOf(std::string_view text) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(text.data()));
}

ItemRecord toRecord(const ParsedItem& item) {
  ItemRecord record{};
  record.kind = static_cast<std::uint32_t>(item.kind);
  switch (item.kind) {
    case ParsedItem::Kind::event:
      record.value = item.dataKind == TextKind::ascii ? 1 : 0;
      record.type = addressOf(item.type);
      record.typeSize = static_cast<std::uint32_t>(item.type.size());
      record.data = addressOf(item.data);
      record.dataSize = static_cast<std::uint32_t>(item.data.size());
      record.id = addressOf(item.lastEventId);
      record.idSize = static_cast<std::uint32_t>(item.lastEventId.size());
      break;
    case ParsedItem::Kind::retry:
      record.value = item.retry;
      break;
    case ParsedItem::Kind::error:
      record.value = static_cast<std::uint32_t>(item.error);
      record.type = static_cast<std::uint32_t>(item.limit);
      break;
  }
  return record;
}

}  // namespace

extern "C" {

// The C library would import this from the page, which makes its views anew after every call anyway.
void emscripten_notify_memory_growth(std::size_t /*memory*/) {}

EMSCRIPTEN_KEEPALIVE char* inputBuffer(std::size_t size) {
  if (input.size() < size) {
    input.resize(size);
  }
  return input.data();
}

// The first `typesSize` bytes of the input buffer are the wanted types, each with a LF behind it; below 0: all are.
EMSCRIPTEN_KEEPALIVE Receiver* receiverNew(std::size_t dedup, std::size_t lineBytes, std::size_t eventBytes,
                                           int typesSize) {
  ReceiverOptions options{dedup, {lineBytes, eventBytes}};
  if (typesSize >= 0) {
    options.types = TypeFilter::only({input.data(), static_cast<std::size_t>(typesSize)});
  }
  return new Receiver(std::move(options));
}

EMSCRIPTEN_KEEPALIVE void receiverFree(Receiver* receiver) { delete receiver; }

EMSCRIPTEN_KEEPALIVE std::size_t receiverComments(const Receiver* receiver) { return receiver->comments(); }

EMSCRIPTEN_KEEPALIVE void receiverReset(Receiver* receiver) { receiver->reset(); }

// Parses the first `size` bytes of the input buffer; returns the number of items.
EMSCRIPTEN_KEEPALIVE std::size_t receiverFeed(Receiver* receiver, std::size_t size) {
  table.clear();
  for (const ParsedItem& item : receiver->feed({input.data(), size})) {
    table.push_back(toRecord(item));
  }
  return table.size();
}

EMSCRIPTEN_KEEPALIVE const ItemRecord* items() { return table.data(); }

// A record of which only `id` and `idSize` are set.
EMSCRIPTEN_KEEPALIVE const ItemRecord* receiverLastId(Receiver* receiver) {
  lastId.id = addressOf(receiver->lastEventId());
  lastId.idSize = static_cast<std::uint32_t>(receiver->lastEventId().size());
  return &lastId;
}

}  // extern "C"
