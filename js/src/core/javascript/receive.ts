import { NOTICE_TYPES } from "../../shared/notices.js";
import type { Arrival, SessionCore } from "../contract.js";
import type { JavaScriptReceiver } from "./receiver.js";

/** `ClientCore.receive`; counts as native/core/session/chunk_tally.cpp does. */
export function receive(receiver: JavaScriptReceiver, session: SessionCore, chunk: Uint8Array, nowMs: number): Arrival {
  let heartbeats = -receiver.heartbeats;
  let events = 0;
  let sentMs: string | undefined;
  let everyMs: string | undefined;
  const items = receiver.feed(chunk);
  heartbeats += receiver.heartbeats;
  for (const item of items) {
    if (item.kind !== "event" || item.type.startsWith(NOTICE_TYPES)) continue;
    if (item.type === receiver.heartbeatEvent) {
      heartbeats++;
      sentMs = /"(?:uptimeMs|timestamp)"\s*:\s*(\d{1,16})\b/.exec(item.data)?.[1];
      everyMs = /"everyMs"\s*:\s*(\d{1,10})\b/.exec(item.data)?.[1];
    } else events++;
  }
  if (sentMs !== undefined) session.stamped(nowMs, Number(sentMs));
  session.paced(receiver.heartbeatEveryMs);
  const action = session.received(nowMs, heartbeats, events);
  if (everyMs !== undefined) session.paced(Number(everyMs));
  return { items, action };
}
