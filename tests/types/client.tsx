import { type SessionState, SSEClient, type SSEError } from "millrace/client";
import { ConnectionBadge, useEventSource } from "millrace/react";
import { createTape, type RecordedTape, type Replay, replayTape, tapeFromJSON } from "millrace/testing";
import * as z from "zod";

interface Events {
  progress: { done: number };
  note: string;
}

const client = new SSEClient<Events>("http://127.0.0.1/", {
  headers: async () => ({ Authorization: "Bearer x" }),
  retry: { attempts: 3, baseMs: 100 },
  dedup: 100,
});
client.on("progress", ({ done }) => done.toFixed());
client.onmessage = (event) => event.data;
const state: SessionState = client.state;
// @ts-expect-error done is a number
client.on("progress", ({ done }) => done.trim());
// @ts-expect-error times end in Ms
new SSEClient("http://127.0.0.1/", { retry: { base: 100 } });

const recorded: RecordedTape = createTape({ maxBytes: 1000 });
new SSEClient("http://127.0.0.1/", { tape: recorded });
const replayed: Promise<Replay> = replayTape(tapeFromJSON(recorded.toJSON()), {
  events: ["progress"],
  lastEventId: "1",
});
replayTape(recorded).then(({ events }) => events.map(({ atMs, data }) => data.repeat(atMs)));
// @ts-expect-error an unknown option
createTape({ max: 1000 });

const Progress = z.object({ done: z.number(), at: z.string().default("now") });
const validated = new SSEClient("http://127.0.0.1/", { schema: { progress: Progress, note: z.string() } });
validated.on("progress", ({ done, at }) => done.toFixed() + at.trim());
validated.on("note", (note) => note.trim());
// @ts-expect-error done is a number
validated.on("progress", ({ done }) => done.trim());
// @ts-expect-error there is no such type
validated.on("nothing", () => {});
new SSEClient<Events>("http://127.0.0.1/", { schema: { note: z.string() } }).on("progress", ({ done }) =>
  done.toFixed(),
);
// @ts-expect-error a note is a string
new SSEClient<Events>("http://127.0.0.1/", { schema: { note: z.number() } });

export function Component() {
  const { data, event, error, isConnected, history, start, stop } = useEventSource<Events>("/api", {
    onMessage(message) {
      if (message.type === "progress") message.json.done.toFixed();
      else message.json.trim();
      message.data.trim();
    },
    onEvent(type, data) {
      // @ts-expect-error what is told apart by its type is so by `onMessage`
      if (type === "progress") data.done.toFixed();
    },
    onClose: ({ reason, completed }) => (completed ? reason.trim() : reason),
    onError: (failure: SSEError) => failure.code,
  });
  const done: number | undefined = event?.type === "progress" ? event.data.done : undefined;
  const text: string | undefined = typeof data === "string" ? data : data?.done.toFixed();
  // @ts-expect-error a note is a string
  const wrong = event?.type === "note" ? event.data.done : undefined;
  return [done, text, wrong, error?.code, isConnected, history.length, start, stop, state, replayed].length;
}

export function Nothing() {
  return useEventSource(null).state;
}

export function Checked() {
  const schema = { progress: z.object({ done: z.number() }), at: z.string().transform((text) => new Date(text)) };
  const result = useEventSource("/api", {
    schema,
    throttleMs: 100,
    onMessage: (message) => (message.type === "at" ? message.json.getTime() : message.json.done),
  });
  const last: Date | { done: number } | null = result.data;
  // @ts-expect-error no such type
  const wrong = result.event?.type === "note";
  const done = useEventSource("/api", { schema, select: ({ history }) => history.map(({ data }) => data) });
  const dates: (Date | { done: number })[] = done;
  return [last, wrong, dates].length;
}

export const badges = [
  <ConnectionBadge key={1} health="healthy" className="x" onClick={() => {}} labels={{ critical: "!" }} />,
  <ConnectionBadge key={2} health="healthy" state="connected" />,
  // @ts-expect-error it has to know how the connection is
  <ConnectionBadge key={3} />,
  // @ts-expect-error no such health
  <ConnectionBadge key={4} health="fine" />,
];

export function Badge() {
  return <ConnectionBadge result={useEventSource<Events>("/api")} />;
}
