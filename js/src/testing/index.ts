export type { Tape, TapeEntry } from "../client/options/options.js";
export { type MockStream, mockStream } from "./mock-stream.js";
export { type Replay, type ReplayedEvent, type ReplayOptions, replayTape } from "./replay-tape.js";
export { resetMillrace } from "./reset.js";
export { type SavedTape, type TapeContent, tapeFromJSON } from "./saved-tape.js";
export { createTape, type RecordedTape, type TapeOptions } from "./tape.js";
export { createWorld, type Handler, type World } from "./world.js";
