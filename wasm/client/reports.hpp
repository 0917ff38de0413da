#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// What JavaScript reads in this module's memory after a call, in place of asking for each value. A receiver's and a session's
// handle point to their report. js/src/core/wasm/layout.ts has the same offsets; tests/wasm/layout.test.ts compares them with
// the assertions below. Addresses and sizes are in bytes.

// What the last piece of a chunk held. The texts and the table of items (item_table.hpp) are valid until the next call.
struct ReceiverReport {
  std::uint32_t items;  // ItemTable's records
  std::uint32_t itemBytes;
  std::uint32_t ascii;  // its arenas
  std::uint32_t asciiBytes;
  std::uint32_t wide;
  std::uint32_t wideBytes;
  std::uint32_t lastId;  // as of the last finished block
  std::uint32_t lastIdBytes;
  std::uint32_t heartbeats;       // among the comments so far
  std::uint32_t isInLongLine;     // a large piece that follows is best put behind that line: receiverRoom()
  std::uint32_t heartbeatEvents;  // of the chunk
};
static_assert(sizeof(ReceiverReport) == 44);
static_assert(offsetof(ReceiverReport, items) == 0);
static_assert(offsetof(ReceiverReport, itemBytes) == 4);
static_assert(offsetof(ReceiverReport, ascii) == 8);
static_assert(offsetof(ReceiverReport, asciiBytes) == 12);
static_assert(offsetof(ReceiverReport, wide) == 16);
static_assert(offsetof(ReceiverReport, wideBytes) == 20);
static_assert(offsetof(ReceiverReport, lastId) == 24);
static_assert(offsetof(ReceiverReport, lastIdBytes) == 28);
static_assert(offsetof(ReceiverReport, heartbeats) == 32);
static_assert(offsetof(ReceiverReport, isInLongLine) == 36);
static_assert(offsetof(ReceiverReport, heartbeatEvents) == 40);

// What the last input made of the session. Times are milliseconds.
struct SessionReport {
  double nowMs;            // that health and deadline are of
  double deadlineMs;       // infinity: never
  double delayMs;          // of the wait that the last input asked for; infinity: until the page is visible
  double latencyMs;        // -1: unknown
  std::uint32_t action;    // SessionAction::Kind that the last input asked for
  std::uint32_t state;     // SessionState
  std::uint32_t health;    // Health
  std::uint32_t attempts;  // that failed
  std::uint32_t isPolling;
};
static_assert(sizeof(SessionReport) == 56);
static_assert(offsetof(SessionReport, nowMs) == 0);
static_assert(offsetof(SessionReport, deadlineMs) == 8);
static_assert(offsetof(SessionReport, delayMs) == 16);
static_assert(offsetof(SessionReport, latencyMs) == 24);
static_assert(offsetof(SessionReport, action) == 32);
static_assert(offsetof(SessionReport, state) == 36);
static_assert(offsetof(SessionReport, health) == 40);
static_assert(offsetof(SessionReport, attempts) == 44);
static_assert(offsetof(SessionReport, isPolling) == 48);

// What can happen to a session, by number: one function takes them all, for every export costs the page bytes.
enum class SessionInput : std::uint8_t {
  start,
  close,
  connected,  // first: the silence threshold, 0 for none; second: the time between heartbeats
  received,   // first: heartbeats; second: other events
  stamped,    // first: when it was sent
  paced,      // first: when the next heartbeat comes
  retry,      // first: the milliseconds
  lost,       // first: Loss; second: the wait that the server asks for
  polled,     // first: PollResult; second: as for lost
  online,
  offline,
  visible,
  hidden,
  restored,
  tick,
};

// What receiverSet() appends to.
enum class ReceiverSetting : std::uint8_t {
  heartbeatType,
  wantedTypes,  // each with a LF behind it
};

// How receiverTake() is called; they are added up.
enum TakeFlag : std::uint32_t {
  kWantsUtf16 = 1,   // WideText::utf16
  kIsContinued = 2,  // the piece continues the chunk of the call before
};

}  // namespace millrace
