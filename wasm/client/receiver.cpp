// What the browser's receiver exports: plain C functions. js/src/core/wasm/wasm-receiver.ts calls them.
#include "wasm/client/handles.hpp"
#include "wasm/client/item_table.hpp"

#include "core/base/hash.hpp"

#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstring>

namespace {

using namespace millrace;

// One table and one input buffer for all receivers: each call fills them, and JavaScript reads them before the next.
constexpr std::size_t kInputBytes = std::size_t{64} * 1024;  // layout.ts has the same number
alignas(16) char inputBuffer[kInputBytes + ItemTable::kSlack];
char* behindLine = nullptr;  // where JavaScript puts the next piece, if not there
[[clang::no_destroy]] ItemTable table;

std::uint32_t addressOf(const char* place) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(place));
}

void report(ReceiverHandle& handle) {
  const ItemTable::Blocks& blocks = table.blocks();
  const std::string_view lastId = handle.receiver.lastEventId();
  ReceiverReport& report = handle.report;
  report.items = addressOf(blocks.records.data());
  report.itemBytes = static_cast<std::uint32_t>(blocks.records.size());
  report.ascii = addressOf(blocks.ascii.data());
  report.asciiBytes = static_cast<std::uint32_t>(blocks.ascii.size());
  report.wide = addressOf(blocks.wide.data());
  report.wideBytes = static_cast<std::uint32_t>(blocks.wide.size());
  report.lastId = addressOf(lastId.data());
  report.lastIdBytes = static_cast<std::uint32_t>(lastId.size());
  report.heartbeats = static_cast<std::uint32_t>(handle.receiver.heartbeats());
  report.isInLongLine = handle.receiver.isInLongLine() ? 1 : 0;
  report.heartbeatEvents = handle.tally.heartbeatEvents();
}

}  // namespace

extern "C" {

// The C library would import this from the page, which looks by itself whether the memory has grown.
void emscripten_notify_memory_growth(std::size_t /*memory*/) {}

// Where up to kInputBytes go in.
EMSCRIPTEN_KEEPALIVE char* input() { return inputBuffer; }

// Where the next piece of so many bytes goes in: behind the long line that it continues, or the input where there is none.
EMSCRIPTEN_KEEPALIVE char* receiverRoom(ReceiverHandle* handle, std::size_t size) {
  behindLine = handle->receiver.roomBehindLine(size + ItemTable::kSlack);
  return behindLine != nullptr ? behindLine : inputBuffer;
}

// The first bytes of the input are what all hashes begin with, at random: once, before there is a receiver.
EMSCRIPTEN_KEEPALIVE void receiversSeed() {
  HashState state;
  std::memcpy(&state, inputBuffer, sizeof state);
  seedHashes(state);
}

EMSCRIPTEN_KEEPALIVE ReceiverHandle* receiverNew(std::size_t dedup, std::size_t lineBytes, std::size_t eventBytes) {
  return new ReceiverHandle{{}, Receiver(dedup, {lineBytes, eventBytes}), {}};
}

EMSCRIPTEN_KEEPALIVE void receiverFree(ReceiverHandle* handle) { delete handle; }

// Appends the first `size` bytes of the input to a setting.
EMSCRIPTEN_KEEPALIVE void receiverSet(ReceiverHandle* handle, ReceiverSetting setting, std::size_t size) {
  const std::string_view text(inputBuffer, size);
  if (setting == ReceiverSetting::heartbeatType) {
    handle->tally.appendHeartbeatType(text);
  } else {
    handle->receiver.want(text);
  }
}

EMSCRIPTEN_KEEPALIVE void receiverReset(ReceiverHandle* handle) { handle->receiver.reset(); }

// Takes a piece of a chunk: the first `size` bytes of where the last receiverRoom() said, or of the input. With the last
// piece comes the session, which hears what the chunk held; without one, nobody does.
EMSCRIPTEN_KEEPALIVE void receiverTake(ReceiverHandle* handle, SessionHandle* session, std::size_t size, double nowMs,
                                       std::uint32_t flags) {
  const ChunkPlace place = behindLine != nullptr ? ChunkPlace::behindLine : ChunkPlace::alone;
  char* const begin = behindLine != nullptr ? behindLine : inputBuffer;
  behindLine = nullptr;
  if ((flags & kIsContinued) == 0) {
    handle->tally.begin(handle->receiver.heartbeats());
  }
  table.fill(handle->receiver, {begin, size}, place, (flags & kWantsUtf16) != 0 ? WideText::utf16 : WideText::utf8,
             handle->tally);
  report(*handle);
  if (session != nullptr) {
    const ChunkTally& tally = handle->tally;
    sessionPut(session, SessionInput::paced, nowMs, 0, handle->receiver.heartbeatEvery(), 0);
    sessionPut(session, SessionInput::received, nowMs, 0, tally.heartbeats(handle->receiver.heartbeats()),
               tally.events());
  }
}

}  // extern "C"
