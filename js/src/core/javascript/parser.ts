import type { ParsedItem, ParseErrorCode } from "../../shared/receiver.js";
import { ByteBuffer } from "./byte-buffer.js";
import { decodeText, identityOf, type Text } from "./text.js";

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const ZERO = 48;
const LINE_FEED = Uint8Array.of(LF);
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const FIELDS = ["data", "id", "event", "retry", "raw"].map((name) => ({ name, bytes: new TextEncoder().encode(name) }));
const MAX_RETRY_MS = 4294967295;
const HEARTBEAT = new TextEncoder().encode("heartbeat");
/** No more of a comment's line is looked at. */
const HEARTBEAT_LINE_BYTES = 64;
const NO_TEXT: Text = { text: "", size: 0, wellFormed: true };

/** What a {@link Parser} needs to know; the limits are {@link ReceiverOptions}'s. */
export interface ParserSettings {
  readonly maxLineBytes: number;
  readonly maxEventBytes: number;
  /**
   * Asked right before an event is delivered. No type: its bytes are none that anybody could name. `identity` tells its
   * own id from others, and is `""` without one.
   */
  readonly isWanted: (type: string | undefined, identity: string, data: Uint8Array) => boolean;
}

/** The event whose blank line has not come yet. Its data stands apart, in a buffer that is used again. */
interface Block {
  type: Text;
  id: Text | undefined;
  /** What tells its id from others; `""` where it brings none, or an empty one. */
  identity: string;
  hasData: boolean;
  isRaw: boolean;
  /** Data with its inner line feeds, type and id, in bytes. */
  size: number;
  /** Above a limit: reported, and no longer kept but for its id. */
  dropped: boolean;
}

function newBlock(): Block {
  return { type: NO_TEXT, id: undefined, identity: "", hasData: false, isRaw: false, size: 0, dropped: false };
}

/**
 * Parses an event stream (WHATWG HTML 9.2.6) that arrives in pieces, cut anywhere, in time linear in its bytes. It works
 * on bytes and decodes finished values only, since neither a line end nor a colon can be part of a longer UTF-8 sequence.
 */
export class Parser {
  readonly #settings: ParserSettings;
  #items: ParsedItem[] = [];
  #lastEventId = "";

  #block = newBlock();
  readonly #data = new ByteBuffer();

  readonly #line = new ByteBuffer();
  /** As far as it is known before its end. Of a comment no more is kept than tells whether it is a heartbeat. */
  #lineUse: "content" | "comment" | "tooLong" = "content";
  #heartbeats = 0;
  #heartbeatEveryMs = 0;
  /** The last byte was a CR, so a LF that follows belongs to it. */
  #endedInCr = false;
  #byteOrderMarkBytes = 0;

  constructor(settings: ParserSettings) {
    this.#settings = settings;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  get heartbeats(): number {
    return this.#heartbeats;
  }

  /** As {@link native/core/wire/parser.hpp}'s `heartbeatEvery`. */
  get heartbeatEveryMs(): number {
    return this.#heartbeatEveryMs;
  }

  feed(chunk: Uint8Array): ParsedItem[] {
    this.#items = [];
    let start = this.#skipByteOrderMark(chunk);
    if (this.#endedInCr && start < chunk.length) {
      this.#endedInCr = false;
      if (chunk[start] === LF) start++;
    }
    // Each is searched for only once passed: looking for both at every line is quadratic where one is rare.
    let lf = chunk.indexOf(LF, start);
    let cr = chunk.indexOf(CR, start);
    while (lf >= 0 || cr >= 0) {
      const end = cr < 0 || (lf >= 0 && lf < cr) ? lf : cr;
      this.#endLine(chunk.subarray(start, end));
      start = end + 1;
      if (end === cr) {
        if (start === chunk.length) this.#endedInCr = true;
        else if (start === lf) start++;
        cr = chunk.indexOf(CR, start);
      }
      if (lf >= 0 && lf < start) lf = chunk.indexOf(LF, start);
    }
    this.#holdPart(chunk.subarray(start));
    return this.#items;
  }

  /** A new connection begins: forgets the unfinished line and event, keeps the last event ID. */
  reset(): void {
    this.#startBlock();
    this.#startLine();
    this.#endedInCr = false;
    this.#byteOrderMarkBytes = 0;
    this.#heartbeatEveryMs = 0;
  }

  /** Where the content begins; the three bytes may come one by one. */
  #skipByteOrderMark(chunk: Uint8Array): number {
    let start = 0;
    while (this.#byteOrderMarkBytes < BYTE_ORDER_MARK.length && start < chunk.length) {
      if (chunk[start] !== BYTE_ORDER_MARK[this.#byteOrderMarkBytes]) {
        // What looked like it was content; of this chunk's bytes as of those before.
        this.#holdPart(BYTE_ORDER_MARK.subarray(0, this.#byteOrderMarkBytes));
        this.#byteOrderMarkBytes = BYTE_ORDER_MARK.length;
        break;
      }
      this.#byteOrderMarkBytes++;
      start++;
    }
    return start;
  }

  #holdPart(part: Uint8Array): void {
    if (this.#lineUse === "tooLong" || part.length === 0) return;
    const { maxLineBytes } = this.#settings;
    if (this.#line.length === 0 && part[0] === COLON) this.#lineUse = "comment";
    if (this.#lineUse === "comment") {
      this.#line.append(part.subarray(0, HEARTBEAT_LINE_BYTES + 1 - this.#line.length));
    } else if (this.#line.length + part.length > maxLineBytes) {
      this.#drop("LINE_TOO_LONG", maxLineBytes);
      this.#line.clear();
      this.#lineUse = "tooLong";
    } else {
      this.#line.append(part);
    }
  }

  #endLine(part: Uint8Array): void {
    if (this.#line.length === 0 && this.#lineUse === "content" && part.length <= this.#settings.maxLineBytes) {
      this.#takeLine(part);
      return;
    }
    this.#holdPart(part);
    if (this.#lineUse !== "tooLong") this.#takeLine(this.#line.bytes);
    this.#startLine();
  }

  #startLine(): void {
    this.#line.clear();
    this.#lineUse = "content";
  }

  #takeLine(line: Uint8Array): void {
    if (line.length === 0) {
      this.#endBlock();
      return;
    }
    const colon = line.indexOf(COLON);
    if (colon === 0 && isHeartbeat(line)) {
      this.#heartbeats++;
      this.#heartbeatEveryMs = everyMsIn(line.subarray(0, HEARTBEAT_LINE_BYTES + 1));
    }
    const nameEnd = colon < 0 ? line.length : colon;
    const name = fieldOf(line, nameEnd);
    if (name === undefined) return;
    const valueStart = line[nameEnd + 1] === SPACE ? nameEnd + 2 : nameEnd + 1;
    this.#takeField(name, line.subarray(valueStart));
  }

  #takeField(name: string, value: Uint8Array): void {
    const block = this.#block;
    switch (name) {
      case "data":
        this.#resize(value.length + (block.hasData ? 1 : 0));
        if (block.dropped) return;
        if (block.hasData) this.#data.append(LINE_FEED);
        this.#data.append(value);
        block.hasData = true;
        return;
      case "event":
        this.#resize(value.length - block.type.size);
        if (!block.dropped) block.type = decodeText(value);
        return;
      case "id":
        if (value.includes(0)) return;
        this.#resize(value.length - (block.id?.size ?? 0));
        block.id = decodeText(value);
        block.identity = identityOf(block.id, value);
        return;
      case "raw":
        block.isRaw = true;
        return;
      case "retry":
        this.#takeRetry(value);
    }
  }

  #takeRetry(value: Uint8Array): void {
    if (value.length === 0) return;
    let ms = 0;
    for (const byte of value) {
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) return;
      ms = Math.min(ms * 10 + digit, MAX_RETRY_MS);
    }
    this.#items.push({ kind: "retry", ms });
  }

  #endBlock(): void {
    const { type, id, identity, hasData, isRaw, dropped } = this.#block;
    if (id) this.#lastEventId = id.text;
    const name = type.text || "message";
    const { bytes } = this.#data;
    if (hasData && !dropped && this.#settings.isWanted(type.wellFormed ? name : undefined, identity, bytes)) {
      const data = decodeText(bytes);
      if (!type.wellFormed || !data.wellFormed || id?.wellFormed === false) {
        this.#items.push({ kind: "error", code: "INVALID_UTF8", limit: 0 });
      }
      this.#items.push({
        kind: "event",
        type: name,
        data: data.text,
        lastEventId: this.#lastEventId,
        ...(isRaw && { isRaw }),
      });
    }
    this.#startBlock();
  }

  #startBlock(): void {
    this.#block = newBlock();
    this.#data.clear();
  }

  #resize(bytes: number): void {
    const { maxEventBytes } = this.#settings;
    this.#block.size += bytes;
    if (this.#block.size > maxEventBytes) this.#drop("EVENT_TOO_LARGE", maxEventBytes);
  }

  #drop(code: ParseErrorCode, limit: number): void {
    if (this.#block.dropped) return;
    this.#block.dropped = true;
    this.#data.clear();
    this.#items.push({ kind: "error", code, limit });
  }
}

/** Whether a comment's text begins with the word, behind one space or none. */
function isHeartbeat(comment: Uint8Array): boolean {
  const start = comment[1] === SPACE ? 2 : 1;
  return HEARTBEAT.every((byte, at) => comment[start + at] === byte);
}

/** The milliseconds in the word `every=5000`, which must be whole within what is looked at; 0 where there is none. */
function everyMsIn(comment: Uint8Array): number {
  const text = String.fromCharCode(...comment);
  const at = text.indexOf(" every=");
  if (at < 0) return 0;
  const every = /^(\d+)(?: |$)/.exec(text.slice(at + 7));
  if (every === null || Number(every[1]) > MAX_RETRY_MS) return 0;
  const isCut =
    comment.length > HEARTBEAT_LINE_BYTES && at + 7 + every[0].length === text.length && !every[0].endsWith(" ");
  return isCut ? 0 : Number(every[1]);
}

/** The field whose name the line begins with, up to there. */
function fieldOf(line: Uint8Array, nameEnd: number): string | undefined {
  for (const { name, bytes } of FIELDS) {
    if (bytes.length !== nameEnd) continue;
    let at = 0;
    while (at < nameEnd && bytes[at] === line[at]) at++;
    if (at === nameEnd) return name;
  }
  return undefined;
}
