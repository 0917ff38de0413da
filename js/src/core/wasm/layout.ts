/**
 * What TypeScript and the module agree on: the numbers of wasm/client/reports.hpp and item_table.hpp, and the order of the C++
 * enumerations. tests/wasm/layout.test.ts compares them with the C++ sources.
 */
import type { ParseErrorCode } from "../../shared/receiver.js";
import type { Health, Loss, PollResult, SessionAction, SessionState } from "../contract.js";

/** What goes into the module at once, in bytes. */
export const INPUT_BYTES = 65536;

// ReceiverReport: offsets in bytes.
export const RECEIVER_ITEMS = 0;
export const RECEIVER_ITEM_BYTES = 4;
export const RECEIVER_ASCII = 8;
export const RECEIVER_ASCII_BYTES = 12;
export const RECEIVER_WIDE = 16;
export const RECEIVER_WIDE_BYTES = 20;
export const RECEIVER_LAST_ID = 24;
export const RECEIVER_LAST_ID_BYTES = 28;
export const RECEIVER_HEARTBEATS = 32;
export const RECEIVER_IS_IN_LONG_LINE = 36;
export const RECEIVER_HEARTBEAT_EVENTS = 40;

// SessionReport: offsets in bytes.
export const SESSION_NOW_MS = 0;
export const SESSION_DEADLINE_MS = 8;
export const SESSION_DELAY_MS = 16;
export const SESSION_LATENCY_MS = 24;
export const SESSION_ACTION = 32;
export const SESSION_STATE = 36;
export const SESSION_HEALTH = 40;
export const SESSION_ATTEMPTS = 44;
export const SESSION_IS_POLLING = 48;

export const ACTIONS: readonly SessionAction["kind"][] = ["none", "connect", "wait", "close", "giveUp", "poll"];
export const STATES: readonly SessionState[] = ["disconnected", "connecting", "connected", "reconnecting", "error"];
export const HEALTHS: readonly Health[] = ["healthy", "degraded", "critical", "disconnected"];
export const POLL_RESULTS: readonly PollResult[] = ["events", "nothing", "failed", "more"];
export const LOSSES: readonly Loss[] = ["transient", "final", "planned"];

// SessionInput.
export const INPUT_START = 0;
export const INPUT_CLOSE = 1;
export const INPUT_CONNECTED = 2;
export const INPUT_RECEIVED = 3;
export const INPUT_STAMPED = 4;
export const INPUT_PACED = 5;
export const INPUT_RETRY = 6;
export const INPUT_LOST = 7;
export const INPUT_POLLED = 8;
export const INPUT_ONLINE = 9;
export const INPUT_OFFLINE = 10;
export const INPUT_VISIBLE = 11;
export const INPUT_HIDDEN = 12;
export const INPUT_RESTORED = 13;
export const INPUT_TICK = 14;

// ReceiverSetting.
export const SETTING_HEARTBEAT_TYPE = 0;
export const SETTING_WANTED_TYPES = 1;

// TakeFlag.
export const TAKE_WANTS_UTF16 = 1;
export const TAKE_IS_CONTINUED = 2;

// ItemTable::Record, in words of 32 bits.
export const RECORD_WORDS = 4;
export const RECORD_SIZE = 1;
export const RECORD_ID_SIZE = 2;
export const RECORD_ADDRESS = 3;
// Where the parts of its head begin, in bits.
export const DATA_SHIFT = 3;
export const ID_SHIFT = 6;
export const TYPE_SHIFT = 9;

// ItemTable::Kind.
export const KIND_EVENT = 0;
export const KIND_RETRY = 1;
export const KIND_ERROR = 2;
export const KIND_TYPE = 3;
export const KIND_ID = 4;
export const KIND_RAW_EVENT = 5;

// ItemTable::Place.
export const PLACE_ASCII = 0;
export const PLACE_WIDE = 1;
export const PLACE_APART = 2;
export const PLACE_UNSURE = 3;
export const PLACE_SAME = 4;

// ErrorCode, as far as a parser reports it.
export const ERROR_CODES: Readonly<Record<number, ParseErrorCode>> = {
  2: "EVENT_TOO_LARGE",
  3: "LINE_TOO_LONG",
  4: "INVALID_UTF8",
};
