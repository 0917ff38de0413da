// The door of the browser's client: plain C functions over handles. js/src/core/wasm.ts is the other side.
// Texts go out as addresses into this module's memory, valid until the next receiverFeed().
#include "core/session/receiver.hpp"
#include "core/session/reconnect.hpp"

#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
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

// A session and the last wait it asked for.
struct Session {
  Reconnect machine;
  double delay = 0;

  int act(SessionAction action) {
    delay = static_cast<double>(action.delay.count());
    return static_cast<int>(action.kind);
  }
};

Instant toInstant(double milliseconds) { return Instant(Millis(static_cast<Millis::rep>(milliseconds))); }

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

EMSCRIPTEN_KEEPALIVE Receiver* receiverNew(std::size_t dedup, std::size_t lineBytes, std::size_t eventBytes) {
  return new Receiver({dedup, {lineBytes, eventBytes}});
}

EMSCRIPTEN_KEEPALIVE void receiverFree(Receiver* receiver) { delete receiver; }

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

// `attempts` below 0: no limit.
EMSCRIPTEN_KEEPALIVE Session* sessionNew(double attempts, double baseMs, double maxMs) {
  SessionOptions options;
  if (attempts >= 0) {
    options.attempts = static_cast<std::uint32_t>(attempts);
  }
  options.backoff = {Millis(static_cast<Millis::rep>(baseMs)), Millis(static_cast<Millis::rep>(maxMs))};
  return new Session{Reconnect(options)};
}

EMSCRIPTEN_KEEPALIVE void sessionFree(Session* session) { delete session; }

// Each input returns the kind of the action; a wait's length is sessionDelay().
EMSCRIPTEN_KEEPALIVE int sessionStart(Session* session) { return session->act(session->machine.start()); }

EMSCRIPTEN_KEEPALIVE int sessionConnected(Session* session) { return session->act(session->machine.connected()); }

EMSCRIPTEN_KEEPALIVE int sessionLost(Session* session, bool isFinal, double nowMs, double random) {
  const Loss loss = isFinal ? Loss::final : Loss::transient;
  return session->act(session->machine.lost(loss, toInstant(nowMs), random));
}

EMSCRIPTEN_KEEPALIVE int sessionRetry(Session* session, double milliseconds) {
  return session->act(session->machine.retry(Millis(static_cast<Millis::rep>(milliseconds))));
}

EMSCRIPTEN_KEEPALIVE int sessionTick(Session* session, double nowMs) {
  return session->act(session->machine.tick(toInstant(nowMs)));
}

EMSCRIPTEN_KEEPALIVE int sessionClose(Session* session) { return session->act(session->machine.close()); }

EMSCRIPTEN_KEEPALIVE double sessionDelay(const Session* session) { return session->delay; }

EMSCRIPTEN_KEEPALIVE int sessionState(const Session* session) { return static_cast<int>(session->machine.state()); }

EMSCRIPTEN_KEEPALIVE double sessionAttempts(const Session* session) {
  return static_cast<double>(session->machine.attempts());
}

}  // extern "C"
