import type { Hub, ReceivedMessage } from "../server/hub-api.js";
import type { AnyHub } from "../shared/any-hub.js";
import {
  describe,
  isPlainObject,
  requireFunction,
  requireKey,
  requireObject,
  requireString,
} from "../shared/arguments.js";
import { type Names, requireKnown } from "../shared/misspelt.js";
import { isTag, LONGEST_BODY, LONGEST_TAG, MOST_TAGS } from "./revalidate.js";
import { revalidateSecret } from "./revalidate-secret.js";
import { TagSender, TagsRefused } from "./tag-sender.js";

/** Options of {@link revalidateOn}. */
export interface RevalidateOptions {
  /** Where the route is that has {@link revalidate}. Default `/api/revalidate`. */
  path?: string;
  /** This server itself. Default `http://127.0.0.1:<PORT>`, the port as Next.js sets it. */
  origin?: string;
  /**
   * The second argument of `revalidateTag`, from Next.js 16 on. Default `{ expire: 0 }`: the next request waits for what is new; `"max"`: it gets what is old once
   * more.
   */
  profile?: string | { readonly expire: number };
  /**
   * Called when tags were revalidated: for an event that has pages ask again, which would be too early on the event itself. What it throws is told to the hub's `error`
   * listeners.
   */
  onRevalidated?: (tags: readonly string[]) => unknown;
}

const OPTIONS: Names<RevalidateOptions> = { path: true, origin: true, profile: true, onRevalidated: true };
const LIMITS = {
  ...{ batchMs: 20, retryMs: 500, mostRetryMs: 30_000 },
  ...{ mostTags: MOST_TAGS, mostCharacters: LONGEST_BODY / 2, mostWaiting: 20 * MOST_TAGS },
};
/** The route says that it does not take them: a second time, it would not either. */
const REFUSALS = [400, 413];
const TIMEOUT_MS = 10_000;

/** The cache tags of an event; none for an event that concerns no cache. */
export type TagsOf = (event: ReceivedMessage) => Tags | Promise<Tags>;
type Tags = string | readonly string[] | null | undefined;

/**
 * Revalidates Next.js's caches by tag (`revalidateTag`) when a channel has events: for `instrumentation.ts`, of each instance. Next.js lets that be done within a request only, so it is
 * done by a route of yours, to which the process speaks itself. Returns what ends it.
 *
 * @throws TypeError for wrong arguments. What goes wrong later is told to the hub's `error` listeners, and tried again.
 * @example
 * // app/api/revalidate/route.ts
 * export { revalidate as POST } from "millrace/next";
 * // a module that instrumentation.ts imports in register(), where NEXT_RUNTIME is "nodejs"
 * revalidateOn(hub, "products", ({ event }) => (event === "product" ? ["products"] : null), {
 *   onRevalidated: () => hub.publish("pages", { event: "products", data: {} }), // for <RefreshOnEvent>
 * });
 */
export function revalidateOn(
  hub: AnyHub,
  channel: string,
  tagsOf: TagsOf,
  options: RevalidateOptions = {},
): () => void {
  requireObject("hub", hub);
  requireFunction("hub.subscribe", hub.subscribe);
  requireKey("channel", channel);
  requireFunction("tagsOf", tagsOf);
  requireObject("options", options);
  requireKnown("revalidateOn", options, OPTIONS);
  const { path = "/api/revalidate", origin, profile = { expire: 0 }, onRevalidated } = options;
  checkAddress(path, origin);
  if (!isProfile(profile)) throw new TypeError("profile must be the name of a cache profile, or { expire: seconds }");
  if (onRevalidated !== undefined) requireFunction("onRevalidated", onRevalidated);
  const failed = (error: unknown) => void report(hub, error, channel);
  const sendTags = async (tags: readonly string[]) => {
    await send(addressOf(origin, path), tags, profile);
    void (async () => onRevalidated?.(tags))().catch(failed);
  };
  const sender = new TagSender(sendTags, LIMITS, failed);
  const end = (hub as unknown as Hub).subscribe(channel, (event) => {
    void (async () => sender.add(checked(await tagsOf(event))))().catch(failed);
  });
  return () => {
    end();
    sender.stop();
  };
}

/** What imports the server only where it runs: see `register`. */
async function report(hub: AnyHub, error: unknown, channel: string): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "edge") {
    const { reportHubError } = await import("../server/observe/report.js");
    reportHubError(hub, error, [channel]);
  }
}

function checked(tags: Tags): readonly string[] {
  const list: readonly unknown[] = tags == null ? [] : [tags].flat();
  const odd = list.find((tag) => !isTag(tag));
  if (odd === undefined && list.every(isTag)) return list;
  throw new TypeError(
    `A cache tag must be a text of 1 to ${LONGEST_TAG} characters, not ${typeof odd === "string" ? JSON.stringify(odd.slice(0, 100)) : describe(odd)}`,
  );
}

/** The secret goes there: it must be this server, and a path of it. */
function checkAddress(path: unknown, origin: unknown): void {
  requireString("path", path);
  if (!/^\/(?![/\\])/.test(path)) throw new TypeError('path must begin with one "/"');
  if (origin === undefined) return;
  requireString("origin", origin);
  if (!URL.canParse(origin) || !/^https?:$/.test(new URL(origin).protocol)) {
    throw new TypeError('origin must be an address such as "http://127.0.0.1:3000"');
  }
}

function isProfile(profile: unknown): boolean {
  if (typeof profile === "string") return profile !== "";
  return isPlainObject(profile) && Number.isFinite(profile.expire) && (profile.expire as number) >= 0;
}

function addressOf(origin: string | undefined, path: string): string {
  const { PORT } = process.env;
  if (origin === undefined && PORT === undefined) {
    throw new Error("revalidateOn does not know this server's address: give it as the option origin, or set PORT");
  }
  return new URL(path, origin ?? `http://127.0.0.1:${PORT}`).href;
}

async function send(url: string, tags: readonly string[], profile: unknown): Promise<void> {
  const response = await post(url, JSON.stringify({ tags, profile }));
  if (response.status === 204) return;
  const what = `The route ${new URL(url).pathname} has answered ${response.status}, and not 204`;
  if (REFUSALS.includes(response.status)) throw new TagsRefused(`${what}: ${tags.length} tags were not taken`);
  throw new Error(`${what}: it must be export { revalidate as POST } from "millrace/next"`);
}

async function post(url: string, body: string): Promise<Response> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${revalidateSecret()}` },
      body,
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response;
  } catch (cause) {
    throw new Error(`${url}, where this server takes cache tags, does not answer: ${cause}`, { cause });
  }
}
