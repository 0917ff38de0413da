import { isLogged, log } from "./logger.js";
import { notePublished } from "./open-telemetry.js";

interface Receipt {
  readonly state: string;
  readonly id: string | null;
  readonly recipients: number;
}

/** Tells the logger and the active span of an event; never its data. */
export function tellPublished(hubName: string, channel: string, event: string | undefined, receipt: Receipt): void {
  notePublished(() => ({
    "millrace.hub": hubName,
    "millrace.channel": channel,
    "millrace.event": event ?? "message",
    "millrace.state": receipt.state,
    ...(receipt.id !== null && { "millrace.event.id": receipt.id }),
  }));
  if (isLogged(hubName, "debug")) log(hubName, "debug", "event published", { channel, event, ...receipt });
}
