import type { NativeHubOptions } from "../../native/binding.js";
import type { NativePolicySettings } from "../../native/native-policy.js";
import { requireNumber, requireObject, requireString } from "../../shared/arguments.js";
import { type Names, requireKnown, requireOneOf } from "../../shared/misspelt.js";
import { LONGEST_TIMER_MS } from "../../shared/timers.js";
import type { HistoryOptions, HubHistoryOptions } from "./policy.js";

const SIZES = { events: true, bytes: true, ttlMs: true } as const;
const HISTORY_OPTIONS: Names<HistoryOptions> = { ...SIZES, sync: true };
const HUB_HISTORY_OPTIONS: Names<HubHistoryOptions> = {
  ...HISTORY_OPTIONS,
  file: true,
  batchMs: true,
  memory: true,
  replayBytes: true,
};
const SYNCS = ["batch", "always"] satisfies HistoryOptions["sync"][];
/** Of pieces of the file, of which each reader has one. */
const LEAST_REPLAY_BYTES = 256 * 1024;

function checkSizes(where: string, { events, bytes, ttlMs }: HistoryOptions): void {
  if (events !== undefined) requireNumber(`${where}.events`, events, {});
  if (bytes !== undefined) requireNumber(`${where}.bytes`, bytes, { least: 1024 });
  if (ttlMs !== undefined) requireNumber(`${where}.ttlMs`, ttlMs, { infinity: true });
}

/**
 * The history of a policy: what it says is of memory, or, where its channels are durable, of the store; memory keeps the newest part then.
 *
 * @throws TypeError that names the option.
 */
export function toNativePolicyHistory(
  where: string,
  history: HistoryOptions = {},
): { history: NativePolicySettings; sync: HistoryOptions["sync"] } {
  requireObject(where, history);
  requireKnown(where, history, HISTORY_OPTIONS);
  checkSizes(where, history);
  const { events, bytes, ttlMs, sync } = history;
  if (sync !== undefined) requireOneOf(`${where}.sync`, sync, SYNCS);
  return {
    history: {
      historyEvents: events,
      historyBytes: bytes,
      historyTtlMs: ttlMs,
      storedEvents: events,
      storedBytes: bytes,
      storedTtlMs: ttlMs,
    },
    sync,
  };
}

/** The history of a hub. @throws TypeError that names the option. */
export function toNativeHistory(history: HubHistoryOptions = {}): NativeHubOptions {
  requireObject("history", history);
  requireKnown("history", history, HUB_HISTORY_OPTIONS);
  const { file, sync, batchMs, memory, replayBytes } = history;
  checkSizes("history", history);
  if (file === undefined) {
    for (const [name, value] of Object.entries({ sync, batchMs, memory, replayBytes })) {
      if (value !== undefined) throw new TypeError(`history.${name} is for durable channels: it needs history.file`);
    }
    const { events, bytes, ttlMs } = history;
    return { historyEvents: events, historyBytes: bytes, historyTtlMs: ttlMs };
  }
  requireString("history.file", file);
  if (file === "" || file.includes("\0")) throw new TypeError("history.file must be the path of a file");
  if (sync !== undefined) requireOneOf("history.sync", sync, SYNCS);
  if (batchMs !== undefined) requireNumber("history.batchMs", batchMs, { least: 1, most: LONGEST_TIMER_MS });
  if (replayBytes !== undefined) requireNumber("history.replayBytes", replayBytes, { least: LEAST_REPLAY_BYTES });
  if (memory !== undefined) {
    requireObject("history.memory", memory);
    requireKnown("history.memory", memory, SIZES);
    checkSizes("history.memory", memory);
  }
  return {
    durability: sync ?? "batch",
    storedEvents: history.events,
    storedBytes: history.bytes,
    storedTtlMs: history.ttlMs,
    historyEvents: memory?.events,
    historyBytes: memory?.bytes,
    historyTtlMs: memory?.ttlMs,
    replayBytes,
  };
}
