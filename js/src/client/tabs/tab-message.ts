import type { Health, SessionState } from "../../core/contract.js";
import { BEGIN_TYPE, RESUME_TYPE } from "../../shared/notices.js";
import { toCursorText, toEventText } from "../stream/event-text.js";
import type { StreamEnd } from "../stream/notices.js";

/** How a connection is, as the tab that has it says. */
export interface TabState {
  readonly state: SessionState;
  readonly health: Health;
  readonly attempts: number;
  readonly transport: "stream" | "polling";
  readonly origin: string;
}

/** An event as a tab received it. */
export interface SharedEvent {
  readonly type: string;
  readonly data: string;
  /** The id in force. */
  readonly lastEventId: string;
  readonly hasOwnId: boolean;
  readonly isRaw?: boolean;
}

/** After so many events of what one leader has told in its term. */
export interface TabPlace {
  readonly term: string;
  readonly at: number;
}

/** Events that follow a place. */
export interface SharedEvents extends TabPlace {
  readonly events: readonly SharedEvent[];
  /** The id to resume after, behind them. */
  readonly cursor: string;
}

/** Why there is no more to come: the stream's end, or an error that is final. */
export type TabEnd =
  | StreamEnd
  | { readonly code: string; readonly message: string; readonly status?: number | undefined };

/** What tabs say to each other about one connection. `from` is a tab; `term` is a leader's reign. */
export type TabMessage = { readonly from: string } & (
  | { readonly kind: "hello"; readonly ask: number; readonly place?: TabPlace | undefined; readonly cursor: string }
  /** For one tab: how the connection is, and the events that the tab lacks; some `isBehind` cannot have from here. */
  | ({
      readonly kind: "welcome";
      readonly to: string;
      readonly ask: number;
      readonly isBehind: boolean;
      readonly beginning?: string | undefined;
      readonly state: TabState;
    } & SharedEvents)
  | { readonly kind: "state"; readonly term: string; readonly state: TabState }
  | ({ readonly kind: "events" } & SharedEvents)
  | { readonly kind: "reconnect" }
  | { readonly kind: "end"; readonly term: string; readonly end: TabEnd }
);

/** What a channel brought, if it is one of these messages: any script of the origin may write there. */
export function readMessage(data: unknown): TabMessage | undefined {
  const message = Object(data) as Record<string, unknown>;
  const { kind, from, to, ask, isBehind, beginning, term, at, cursor, place, state, events, end } = message;
  if (typeof from !== "string") return undefined;
  const isPlaced = typeof term === "string" && Number.isSafeInteger(at) && typeof cursor === "string";
  const hasEvents = isPlaced && Array.isArray(events) && events.every(isEvent);
  const fits =
    kind === "reconnect" ||
    (kind === "hello" &&
      typeof ask === "number" &&
      typeof cursor === "string" &&
      (place === undefined || isPlace(place))) ||
    (kind === "welcome" &&
      typeof isBehind === "boolean" &&
      (beginning === undefined || typeof beginning === "string") &&
      typeof ask === "number" &&
      typeof to === "string" &&
      hasEvents &&
      isState(state)) ||
    (kind === "state" && typeof term === "string" && isState(state)) ||
    (kind === "events" && hasEvents) ||
    (kind === "end" && typeof term === "string" && isEnd(end));
  return fits ? (message as TabMessage) : undefined;
}

function isPlace(value: unknown): boolean {
  const { term, at } = Object(value) as Record<string, unknown>;
  return typeof term === "string" && Number.isSafeInteger(at);
}

function isEvent(value: unknown): boolean {
  const { type, data, lastEventId, hasOwnId, isRaw } = Object(value) as Record<string, unknown>;
  const isFlagged = typeof hasOwnId === "boolean" && (isRaw === undefined || typeof isRaw === "boolean");
  return isFlagged && [type, data, lastEventId].every((field) => typeof field === "string");
}

function isState(value: unknown): boolean {
  const { state, health, attempts, transport, origin } = Object(value) as Record<string, unknown>;
  return (
    /^(disconnected|connecting|connected|reconnecting|error)$/.test(`${state}`) &&
    /^(healthy|degraded|critical|disconnected)$/.test(`${health}`) &&
    /^(stream|polling)$/.test(`${transport}`) &&
    typeof attempts === "number" &&
    typeof origin === "string"
  );
}

function isEnd(value: unknown): boolean {
  const { reason, reconnect, code, message } = Object(value) as Record<string, unknown>;
  return typeof reason === "string"
    ? typeof reconnect === "boolean"
    : typeof code === "string" && typeof message === "string";
}

/** What stands before the events of a connection: what the stream said of itself, and that events were lost. */
export interface Preamble {
  readonly beginning?: string | undefined;
  readonly hasGap?: boolean;
}

/** Events as a server would have sent them. */
export function toBytes(
  events: readonly SharedEvent[],
  cursor: string,
  { beginning, hasGap = false }: Preamble = {},
): Uint8Array {
  const texts = events.map(({ type, data, lastEventId, hasOwnId, isRaw }) =>
    toEventText(type, data, hasOwnId ? lastEventId : undefined, isRaw),
  );
  if (hasGap) texts.unshift(toEventText(RESUME_TYPE, '{"verdict":"gap"}', undefined));
  if (beginning !== undefined) texts.unshift(toEventText(BEGIN_TYPE, beginning, undefined));
  return new TextEncoder().encode(texts.join("") + (cursor && toCursorText(cursor)));
}
