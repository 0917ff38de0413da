import { requireName } from "../../shared/arguments.js";
import { isSSEError, SSEError } from "../../shared/errors.js";
import { type AuthorizeContext, forbidden } from "../access/authorize.js";
import { chosenChannels } from "../access/chosen-channels.js";
import { accessOver, type Permission } from "../access/permission.js";
import { both, isAboutChannels, permitChosen } from "../access/permit.js";
import type { RequestLike } from "../access/request-like.js";
import { accepted, type SSEMessage, toNativeEvent } from "../content/message.js";
import { environment } from "../lifecycle/environment.js";
import { runUserCode } from "../observe/user-code-error.js";
import { endingEventsOf } from "./close-after.js";
import { HubStream } from "./hub-stream.js";
import { joinChannel, withEndingEvents } from "./join-channel.js";
import { lastEventIdOf } from "./last-event-id.js";
import type { StreamKind } from "./options.js";
import { RenewedAccess } from "./renewed-access.js";
import { requestedEvents } from "./requested-events.js";
import { type ResponseOptions, streamOptionsOf } from "./response-options.js";
import { requireStartFrom, type StartFrom } from "./start-from.js";
import { UnaskedAccess } from "./stream-access.js";

/** A stream that reads its channels. */
export interface Opened {
  readonly stream: HubStream;
  readonly userId: string | undefined;
  /** All that it reads. */
  readonly channels: readonly string[];
  /** What of that its client has chosen; undefined where it may choose none. */
  readonly chosen: readonly string[] | undefined;
}

/** How a request is answered for which no stream is opened: its client has everything already, or has gone. */
export type NoStream = "complete" | "gone";

/**
 * Opens a stream for a request: asks the authorizer, opens the connection, joins the channels, sends the snapshot.
 *
 * @param how - the options with their defaults.
 * @throws the refusal, or the error, that the request is answered with; nothing is open then.
 */
export async function openStream(
  hubName: string,
  request: RequestLike,
  options: ResponseOptions,
  how: Omit<ResponseOptions, "channels">,
  isCompressed: boolean,
  kind: StreamKind = "connection",
): Promise<Opened | NoStream> {
  const ofRoute = [...options.channels]; // a copy: what is asked for is joined, whatever becomes of the array
  if (ofRoute.length === 0 || ofRoute.includes("")) throw new TypeError("channels must not be empty");
  for (const key of ofRoute) requireName("channels", key);
  const ending = endingEventsOf(options.closeAfter);
  const labels = options.labels && [...options.labels];
  const events = requestedEvents(request, options.events && [...options.events], labels?.length);
  const named = options.control ? chosenChannels(request) : [];
  const wish = named.filter((key) => !ofRoute.includes(key));
  const asked = { request, channels: ofRoute, userId: options.userId };
  const permitted = await permitChosen(hubName, asked, wish, options.authorize);
  const { permission } = permitted;
  const userId = permission === undefined ? options.userId : permission.userId;
  await requireExisting(ofRoute, options.exists);
  const chosen = await existing(permitted.chosen, options.exists);
  const starts = await startsOf([...ofRoute, ...chosen], options.from);
  if (request.signal?.aborted === true) return "gone"; // nothing is opened for a client that has gone, and nothing refused
  const letIn = letInFor(options, permission);
  const closing = options.closeAfter === undefined ? {} : { closeAfter: ending };
  const stream = new HubStream(hubName, { ...streamOptionsOf(how), ...closing, ...letIn, request }, isCompressed, kind);
  try {
    const channels = [...ofRoute];
    const opened = { stream, userId, channels, chosen: options.control ? ([] as string[]) : undefined };
    if (stream.hasEnded) return opened;
    const { reauthorizeEveryMs: everyMs } = how;
    if (kind === "connection" && everyMs !== undefined) {
      const own = options.authorize && { authorize: options.authorize };
      const wasAsked = permission !== undefined;
      stream.access = new RenewedAccess(hubName, stream, asked, { everyMs, userId, wasAsked, letIn, ...own });
    } else if (permission === undefined) stream.access = new UnaskedAccess(hubName, stream, asked);
    const hub = environment().hub(hubName);
    const wanted = { ...(events && { events }), ...(labels && { labels }), ...(userId !== undefined && { userId }) };
    for (const [at, key] of [...ofRoute, ...chosen].entries()) {
      const isChosen = at >= ofRoute.length;
      const join = { ...withEndingEvents(ending, key, wanted), isChosen };
      try {
        joinChannel(hub, stream.connection, key, { ...join, ...(starts && { from: starts[at] as StartFrom }) });
      } catch (error) {
        if (!isSSEError(error) || error.code === "STREAM_CLOSED" || !isChosen) throw endedBefore(letIn, error);
        continue; // there is no room for it, which ends nothing else
      }
      if (isChosen) channels.push(key);
    }
    opened.chosen?.push(...named.filter((key) => channels.includes(key)));
    const context = { ...asked, channels };
    if (hub.isComplete(stream.connection)) {
      stream.abandon("completed");
      return "complete";
    }
    const greeting = kind === "poll" ? undefined : options.greeting; // else it would come with each
    await sendSnapshot(hubName, stream, context, { snapshot: options.snapshot, greeting });
    return opened;
  } catch (error) {
    stream.abandon("refused");
    throw error;
  }
}

/** What the route says of it, and the authorizer. */
function letInFor(
  { expiresAt, facts }: ResponseOptions,
  permission: Permission | undefined,
): Pick<ResponseOptions, "expiresAt" | "facts"> {
  const asked = permission ?? { userId: undefined, expiresAt: undefined, facts: undefined };
  const letIn = both(asked, { expiresAt: Number(expiresAt ?? Infinity), facts });
  return {
    ...(letIn.expiresAt !== undefined && { expiresAt: letIn.expiresAt }),
    ...(letIn.facts && { facts: letIn.facts }),
  };
}

/** Of a stream that the hub has ended before it could read its channels. */
function endedBefore({ expiresAt }: Pick<ResponseOptions, "expiresAt">, error: unknown): unknown {
  if (!isSSEError(error) || error.code !== "STREAM_CLOSED") return error;
  if (expiresAt !== undefined && Number(expiresAt) <= Date.now() + 1) return accessOver();
  return new SSEError("TIMED_OUT", "The stream ended before it began");
}

/** Those of the channels that a client has chosen which are there. */
async function existing(chosen: readonly string[], exists: ResponseOptions["exists"]): Promise<readonly string[]> {
  if (chosen.length === 0 || exists === undefined) return chosen;
  const there: string[] = [];
  for (const channel of chosen) {
    try {
      await requireExisting([channel], exists);
      there.push(channel);
    } catch (error) {
      if (!isAboutChannels(error)) throw error;
    }
  }
  return there;
}

/** @throws SSEError `NO_SUCH_CHANNEL` */
export async function requireExisting(channels: readonly string[], exists: ResponseOptions["exists"]): Promise<void> {
  if (exists === undefined) return;
  const isThere: unknown = await runUserCode("exists", () => exists([...channels]));
  if (isThere !== true) throw new SSEError("NO_SUCH_CHANNEL", "There is no such channel");
}

/** Where the client begins in each channel, in their order; undefined: now. */
async function startsOf(
  channels: readonly string[],
  from: ResponseOptions["from"],
): Promise<readonly StartFrom[] | undefined> {
  if (typeof from !== "function") return from && channels.map(() => from);
  return await runUserCode("from", () =>
    channels.map((channel) => {
      const start: unknown = from(channel);
      requireStartFrom(`from(${JSON.stringify(channel)})`, start);
      return start;
    }),
  );
}

/** Sends the greeting, where it is an event, and the snapshot, if there is one. */
async function sendSnapshot(
  hubName: string,
  stream: HubStream,
  { request, channels }: AuthorizeContext,
  { snapshot, greeting }: { readonly [Of in "snapshot" | "greeting"]: ResponseOptions[Of] | undefined },
): Promise<void> {
  const hub = environment().hub(hubName);
  stream.isOpening = true;
  const verdict = hub.verdict(stream.connection);
  const send = (messages: readonly SSEMessage[]) => {
    for (const { event, id, data, isRaw, retry } of messages.map((message) => toNativeEvent(message))) {
      if (stream.hasEnded) break;
      accepted(hub.greet(stream.connection, event, id, data, isRaw, retry));
    }
  };
  if (typeof greeting === "function") {
    await runUserCode("greeting", async () =>
      send([await greeting({ streamId: stream.id, channels: [...channels], verdict })]),
    );
  }
  await runUserCode("snapshot", async () => send(await snapshotFor(request, channels, snapshot, verdict)));
  stream.isOpening = false;
  const error = endedWhileOpening(stream);
  if (error !== undefined) throw error;
}

/** The snapshot's messages; none for a client that has everything. */
async function snapshotFor(
  request: RequestLike,
  channels: readonly string[],
  snapshot: ResponseOptions["snapshot"],
  verdict: "continued" | "gap" | "reset" | null,
): Promise<readonly SSEMessage[]> {
  if (snapshot === undefined || verdict === "continued") return [];
  const messages = await snapshot({ channels: [...channels], lastEventId: lastEventIdOf(request), verdict });
  if (messages == null) return [];
  return Array.isArray(messages) ? messages : [messages as SSEMessage];
}

/** A stream that ended before it was ready is refused: its client must not get a cursor before its snapshot. */
function endedWhileOpening({ endReason }: HubStream): SSEError | undefined {
  if (endReason === undefined || endReason === "disconnected") return undefined;
  if (endReason === "draining") return new SSEError("DRAINING", "The hub began to shut down while the stream was made");
  if (endReason === "expired") return accessOver();
  if (endReason === "refused" || endReason === "revoked") return forbidden();
  return new SSEError("TIMED_OUT", `The stream ended (${endReason}) before its snapshot was made`);
}
