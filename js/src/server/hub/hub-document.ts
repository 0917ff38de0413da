import type { NativeDocument } from "../../native/native-document.js";
import type { StoreFailed } from "../../native/native-store.js";
import {
  describe,
  isPlainObject,
  requireFlag,
  requireKey,
  requireNames,
  requireObject,
} from "../../shared/arguments.js";
import { isSSEError, SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { toNativeEvent } from "../content/message.js";
import { published } from "../content/published.js";
import type { PublishReceipt } from "../content/receipt.js";
import { environment } from "../lifecycle/environment.js";
import { unlessStoreFailed } from "../lifecycle/stored.js";
import { tellPublished } from "../observe/published.js";
import { countRefused } from "../observe/refusals.js";

/** Options of {@link Hub.document}. */
export interface DocumentOptions {
  /** The type of the event with the whole document: who begins, or has missed something, is sent one. Default `"state"`. */
  snapshotEvent?: string;
  /** The type of the events with what has changed, as a JSON Merge Patch (RFC 7396). Default `"patch"`. */
  patchEvent?: string;
  /** The types of all other events that `patch` is given. Who is sent the whole document is not sent those that are part of it. */
  events?: readonly string[];
  /**
   * Further events that follow the whole document, each with some of its members, for clients that want no more than those: `{ "job:steps": ["steps"] }`.
   */
  parts?: Readonly<Record<string, readonly string[]>>;
}

const OPTIONS: Names<DocumentOptions> = { snapshotEvent: true, patchEvent: true, events: true, parts: true };

/** What changes: members by their names, `null` for one that goes; lists and single values as a whole. */
export type MergePatch<State> = State extends readonly unknown[]
  ? State
  : State extends object
    ? { readonly [Name in keyof State]?: MergePatch<State[Name]> | null }
    : State;

/** An event that tells of a change in other words than those of the patch. */
export interface ChangeMessage {
  event: string;
  /** Default: the patch. */
  data?: unknown;
  /** See {@link PublishOptions}; what is merged or throttled must say all that its key is about. */
  mergeKey?: string;
  throttleKey?: string;
  /** The patch is all of the document: what was there before is gone. */
  isWhole?: boolean;
}

const MESSAGE: Names<ChangeMessage> = { event: true, data: true, mergeKey: true, throttleKey: true, isWhole: true };

/**
 * The JSON document of a channel, one in the process for each channel: what the channel's events lead to. Each change is an event, and who
 * begins to read the channel, or has missed some of it, is sent the whole document before the events that follow. It goes with the channel,
 * when nobody has used that for `channelTtlMs`; of a durable channel it is in the hub's file, and stays until nothing has changed it for its history's `ttlMs`.
 */
export class HubDocument<State = unknown> {
  readonly channel: string;
  readonly #hubName: string;
  readonly #patchEvent: string;
  readonly #native: NativeDocument;

  /** @internal Use {@link Hub.document}. */
  constructor(hubName: string, channel: string, options: DocumentOptions) {
    requireKey("channel", channel);
    requireObject("options", options);
    requireKnown("document", options, OPTIONS);
    const { snapshotEvent = "state", patchEvent = "patch", events = [], parts = {} } = options;
    if (events.length > 0) requireNames("events", events);
    requireObject("parts", parts);
    for (const [event, members] of Object.entries(parts)) requireNames(`parts.${event}`, members);
    for (const event of [snapshotEvent, patchEvent, ...events, ...Object.keys(parts)]) toNativeEvent({ event });
    this.channel = channel;
    this.#hubName = hubName;
    this.#patchEvent = patchEvent;
    const types = { snapshot: snapshotEvent, patch: patchEvent, changes: events, parts: asJson(parts) };
    this.#native = new (environment().binding.Document)(hubName, channel, types);
  }

  /** Whether there is a document. */
  async exists(): Promise<boolean> {
    return this.#read(this.#native.exists());
  }

  #read<Value>(value: Value | StoreFailed): Value {
    return unlessStoreFailed(environment().hub(this.#hubName), value);
  }

  /** The document as it is; undefined: there is none. */
  async get(): Promise<State | undefined> {
    return this.current();
  }

  /** @internal The same at once: what the next patch changes. */
  current(): State | undefined {
    const json = this.#read(this.#native.json());
    return json === null ? undefined : (JSON.parse(json) as State);
  }

  /**
   * The document is this from now on. What has changed is published, found by the core: as a patch or, where that is longer or cannot say it
   * (a member that becomes `null`), as a whole. Gives the event's receipt; `null`: nothing has changed.
   *
   * @throws SSEError as {@link Hub.publish} does, and `EVENT_TOO_LARGE` for more than 8 MiB; nothing has changed then.
   */
  set(state: State): PublishReceipt | null {
    const text = jsonOf("state", state);
    return this.#change(this.#patchEvent, () => this.#native.set(text));
  }

  /**
   * Changes a part of the document, by a JSON Merge Patch, and publishes that, or a message in its place. Where there is no document, it is
   * `{}` before.
   *
   * @throws SSEError as {@link Hub.publish} does, and `EVENT_TOO_LARGE` where the document would have more than 8 MiB; nothing has changed then.
   * @example
   * document.patch({ agents: { ann: { status: "running" } } });
   */
  patch(patch: MergePatch<State>, message?: ChangeMessage): PublishReceipt {
    if (!isPlainObject(patch)) throw new TypeError(`patch must be an object, not ${describe(patch)}`);
    if (message !== undefined) {
      requireObject("message", message);
      requireKnown("message", message, MESSAGE, "field");
    }
    const text = jsonOf("patch", patch);
    const { event = this.#patchEvent, data: given, mergeKey, throttleKey, isWhole } = message ?? {};
    requireFlag("isWhole", isWhole);
    const { data } = toNativeEvent({ event, data: given });
    return this.#change(event, () =>
      this.#native.patch(text, event, data, { mergeKey, throttleKey }, isWhole),
    ) as PublishReceipt;
  }

  /** There is no document any more. Who reads the channel is told nothing. */
  clear(): void {
    this.#native.clear();
  }

  #change(event: string, change: () => ReturnType<NativeDocument["patch"]> | null): PublishReceipt | null {
    try {
      const outcome = change();
      if (outcome === null) return null;
      if (outcome === "documentTooLarge") {
        throw new SSEError(
          "EVENT_TOO_LARGE",
          "The document would have more than 8 MiB, or objects nest too deep in it",
        );
      }
      if (outcome === "invalidPatch") {
        throw new SSEError("UNSERIALIZABLE", "patch has more than 200 objects within each other");
      }
      const receipt = published(this.#hubName, this.channel, outcome);
      environment().noteAccepted(receipt.state);
      tellPublished(this.#hubName, this.channel, event, receipt);
      return receipt;
    } catch (error) {
      if (isSSEError(error)) countRefused("event", this.#hubName, error, this.channel);
      throw error;
    }
  }
}

function jsonOf(name: string, value: unknown): string {
  const { data } = toNativeEvent({ data: value });
  if (data === undefined) throw new TypeError(`${name} must be something that JSON can hold, not undefined`);
  return data;
}

/** With the members' names as JSON has them. */
function asJson(parts: NonNullable<DocumentOptions["parts"]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(parts).map(([event, members]) => [event, members.map((name) => JSON.stringify(name))]),
  );
}
