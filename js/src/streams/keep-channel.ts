import { readChannel } from "../server/hub-api.js";

/** Has a channel stay, with its history and its document, until the function that it gives is called: whoever reads a channel keeps it. */
export function keepChannel(hub: { readonly name: string }, channel: string): () => void {
  try {
    const reader = readChannel(hub, channel, "now");
    return () => reader.close();
  } catch {
    return () => {}; // the hub drains, or is full: then it goes when its time has come
  }
}
