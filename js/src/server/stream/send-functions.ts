import type { ConnectionId, NativeHub } from "../../native/binding.js";
import { accepted, toNativeEvent } from "../content/message.js";
import { environment } from "../lifecycle/environment.js";
import type { EndingEvents } from "./close-after.js";
import type { SSEStream } from "./sse-stream.js";

/** The stream that a `send` function belongs to. */
export interface StreamOfSend {
  readonly hub: string;
  readonly connection: ConnectionId;
  /** The application has closed it. A stream that has ended otherwise sends nothing, and nobody is told. */
  isClosed: boolean;
  readonly endingEvents: EndingEvents;
}

const streams = () => environment().state("streams of send functions", () => new WeakMap<object, StreamOfSend>());

/** How often this thread's `send` functions were called while their streams were open, and after their clients had gone. */
export const sendCounts = () => environment().state("send counts", () => ({ open: 0, gone: 0 }));

/** The stream whose `send` it is, so that `registerConnection(key, stream.send)` finds the connection. */
export function streamOfSend(send: object): StreamOfSend | undefined {
  return streams().get(send);
}

/** Makes the `send` of a stream. */
export function makeSend(hub: NativeHub, stream: StreamOfSend): SSEStream["send"] {
  const counts = sendCounts();
  const send: SSEStream["send"] = (message) => {
    const { event, id, data, isRaw, retry } = toNativeEvent(message);
    const outcome = hub.send(stream.connection, event, id, data, isRaw, retry);
    const hasGone = outcome === "closed" && !stream.isClosed;
    counts[hasGone ? "gone" : "open"]++;
    return hasGone ? { id: null } : { id: accepted(outcome).id };
  };
  streams().set(send, stream);
  return send;
}
