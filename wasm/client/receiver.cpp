// The receiver's door of the browser's client: plain C functions over handles. js/src/core/wasm/wasm-receiver.ts is the other
// side. What a feed gives stands in this module's memory until the next one.
#include "core/session/receiver.hpp"
#include "core/base/hash.hpp"

#include "wasm/client/item_table.hpp"

#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstring>

namespace {

using namespace millrace;

// One table and one of each input buffer for all receivers: a call fills them and JavaScript empties them before the next.
constexpr std::size_t kSmallChunk = 4096;  // wasm-receiver.ts has the same number
alignas(16) char smallInput[kSmallChunk + ItemTable::kSlack];
[[clang::no_destroy]] ByteBuffer largeInput;
char* behindLine = nullptr;  // where JavaScript was told to put a large chunk instead
[[clang::no_destroy]] ItemTable table;

}  // namespace

extern "C" {

// The C library would import this from the page, which looks whether its views are still good by itself.
void emscripten_notify_memory_growth(std::size_t /*memory*/) {}

// Where chunks of up to kSmallChunk bytes go in, always.
EMSCRIPTEN_KEEPALIVE char* inputSmall() { return smallInput; }

// Where the next `size` bytes go in: behind the line that they continue, if that is long.
EMSCRIPTEN_KEEPALIVE char* inputLarge(Receiver* receiver, std::size_t size) {
  behindLine = receiver->roomBehindLine(size + ItemTable::kSlack);
  return behindLine != nullptr ? behindLine : largeInput.room(size + ItemTable::kSlack);
}

// The first bytes of the small input are what all hashes begin with, at random: once, before there is a receiver.
EMSCRIPTEN_KEEPALIVE void receiversSeed() {
  HashState state;
  std::memcpy(&state, smallInput, sizeof state);
  seedHashes(state);
}

EMSCRIPTEN_KEEPALIVE Receiver* receiverNew(std::size_t dedup, std::size_t lineBytes, std::size_t eventBytes) {
  return new Receiver({dedup, {lineBytes, eventBytes}});
}

EMSCRIPTEN_KEEPALIVE void receiverFree(Receiver* receiver) { delete receiver; }

// The first `size` bytes of the input are the types that are wanted, each with a LF behind it.
EMSCRIPTEN_KEEPALIVE void receiverWant(Receiver* receiver, std::size_t size) {
  receiver->want(TypeFilter::only({size <= kSmallChunk ? smallInput : largeInput.data(), size}));
}

EMSCRIPTEN_KEEPALIVE void receiverReset(Receiver* receiver) { receiver->reset(); }

// Parses the first `size` bytes of the input.
EMSCRIPTEN_KEEPALIVE const ItemTable::Blocks* receiverFeed(Receiver* receiver, std::size_t size, bool wantsUtf16) {
  const bool isBehindLine = size > kSmallChunk && behindLine != nullptr;
  char* const input = size <= kSmallChunk ? smallInput : isBehindLine ? behindLine : largeInput.data();
  table.fill(*receiver, {input, size}, isBehindLine ? ChunkPlace::behindLine : ChunkPlace::alone,
             wantsUtf16 ? WideText::utf16 : WideText::utf8);
  return &table.blocks();
}

// The last event ID is `receiverLastIdSize` bytes here.
EMSCRIPTEN_KEEPALIVE const char* receiverLastId(const Receiver* receiver) { return receiver->lastEventId().data(); }

EMSCRIPTEN_KEEPALIVE std::size_t receiverLastIdSize(const Receiver* receiver) { return receiver->lastEventId().size(); }

EMSCRIPTEN_KEEPALIVE std::size_t receiverHeartbeats(const Receiver* receiver) { return receiver->heartbeats(); }

}  // extern "C"
