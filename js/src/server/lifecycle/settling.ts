import { setTimeout } from "node:timers";
import { environment } from "./environment.js";
import { now } from "./now.js";

/** What a hub's drain waits for besides its streams. */
export interface Settling {
  isSettled(): boolean;
  /** The time is over: tells what is lacking. */
  giveUp(): void;
}

const LOOK_EVERY_MS = 10;

/** By the hub's name; one a thread. */
const settlings = () => environment().state("settling", () => new Map<string, Settling>());

export function setSettling(hubName: string, settling: Settling): void {
  settlings().set(hubName, settling);
}

/** Waits until it is settled, if there is such, or until then. */
export async function settle(hubName: string, endMs: number): Promise<void> {
  const settling = settlings().get(hubName);
  if (settling === undefined) return;
  while (!settling.isSettled() && now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  if (!settling.isSettled()) settling.giveUp();
}
