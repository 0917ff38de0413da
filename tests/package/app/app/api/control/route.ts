import { broadcast, createHub } from "millrace";
import { streams } from "@/lib/streams";

interface Command {
  readonly channel: string;
  /** How many events to publish. */
  readonly publish?: number;
  /** Makes each of them so much longer. */
  readonly padding?: number;
  /** Ends the stream. */
  readonly close?: boolean;
  /** Answers when the stream has ended. */
  readonly untilClosed?: boolean;
  /** Answers when the request was aborted. */
  readonly untilAborted?: boolean;
}

const observed = globalThis as { millraceTestWritten?: (channel: string) => number };

let refused: number | undefined;

/** How many requests were refused since the first call. */
function countRefused(): number {
  if (refused === undefined) {
    refused = 0;
    createHub().on("refused", () => {
      refused = (refused ?? 0) + 1;
    });
  }
  return refused;
}

export async function POST(request: Request) {
  const command = (await request.json()) as Command;
  const { channel } = command;
  const noted = streams.get(channel);
  const padding = " ".repeat(command.padding ?? 0);
  for (let n = 1; n <= (command.publish ?? 0); n += 1) {
    broadcast(channel, "count", { n, of: channel, text: `event number ${n}${padding}` });
  }
  if (command.close) noted?.stream.close();
  return Response.json({
    ...(command.untilAborted && { aborted: await noted?.aborted }),
    ...(command.untilClosed && { reason: await noted?.stream.closed }),
    connections: createHub().stats().connections,
    takenOver: createHub().stats().takenOver,
    refused: countRefused(),
    written: observed.millraceTestWritten?.(channel),
  });
}
