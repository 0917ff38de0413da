import type { BrokeredEvent, BrokerReceipt } from "../../cluster/broker.js";
import { describe, isPlainObject } from "../../shared/arguments.js";
import { isSSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { toNativeEvent } from "../content/message.js";
import { ChannelReader } from "../stream/channel-reader.js";

/** A line of an export. */
export interface ExportedEvent {
  readonly id: string;
  /** Left out: `"message"`. */
  readonly event?: string;
  /** Left out: it has none. */
  readonly data?: unknown;
  /** `data` is a text, and no JSON. */
  readonly raw?: true;
}

/** Text, in pieces of any size. */
export type ImportedLines = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

const FIELDS: Names<ExportedEvent> = { id: true, event: true, data: true, raw: true };
/** Events of which one is waited for. */
const EVENTS_AT_ONCE = 500;
/** Longer ones are refused: no event is. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** See {@link Hub.export}. */
export async function* exportChannel(hubName: string, channel: string): AsyncGenerator<string, void, undefined> {
  const reader = new ChannelReader(hubName, channel, "earliest");
  try {
    reader.end();
    for (let events = await reader.next(); events !== undefined; events = await reader.next()) {
      yield events.map((event) => `${lineOf(event)}\n`).join("");
    }
  } finally {
    reader.close();
  }
}

function lineOf({ id, event, data, raw }: { id: string; event: string; data: unknown; raw?: boolean }): string {
  const line: ExportedEvent = {
    id,
    ...(event !== "message" && { event }),
    ...(data !== undefined && { data }),
    ...(raw && { raw }),
  };
  return JSON.stringify(line);
}

/** See {@link Hub.import}. */
export async function importChannel(
  channel: string,
  lines: ImportedLines,
  publish: (event: BrokeredEvent) => BrokerReceipt,
): Promise<number> {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = Object(lines);
  if (typeof (later ?? now) !== "function") {
    throw new TypeError(
      `lines must be text in pieces, such as a file's stream or what export gives, not ${describe(lines)}`,
    );
  }
  let count = 0;
  let last: BrokerReceipt | undefined;
  for await (const line of linesOf(lines)) {
    const event = { ...readLine(line, count + 1, channel), isImported: true } as const;
    last = await publishSoon(event, publish, last);
    count++;
    if (count % EVENTS_AT_ONCE === 0) await last.stored;
  }
  await last?.stored;
  return count;
}

/** Where too much waits to be sent, the event waits, too. */
async function publishSoon(
  event: BrokeredEvent,
  publish: (event: BrokeredEvent) => BrokerReceipt,
  before: BrokerReceipt | undefined,
): Promise<BrokerReceipt> {
  for (;;) {
    try {
      return publish(event);
    } catch (error) {
      if (!isSSEError(error) || error.code !== "OVERLOADED" || before === undefined) throw error;
      await before.stored;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function readLine(line: string, number: number, channel: string): BrokeredEvent {
  const where = `Line ${number} of the import to ${JSON.stringify(channel)}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new TypeError(`${where} is no JSON`, { cause });
  }
  if (!isPlainObject(value)) throw new TypeError(`${where} must be an object, not ${describe(value)}`);
  requireKnown(where, value, FIELDS, "member");
  const { id } = value as Partial<ExportedEvent>;
  if (typeof id !== "string") throw new TypeError(`${where} must have an id, a string, not ${describe(id)}`);
  return toNativeEvent(value as unknown as ExportedEvent);
}

/** The lines that are not empty. */
async function* linesOf(pieces: ImportedLines): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of typeof pieces === "string" ? [pieces] : pieces) {
    rest += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new TypeError("A line of the import is longer than 64 MiB: it is no export");
    yield* lines.filter((line) => line.trim() !== "");
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield rest;
}
