// A module that listens when it is evaluated; a test changes it.
import { createHub } from "millrace";

const hub = createHub({ name: "listening" });
const VERSION = 1;
const heard = (globalThis as { heard?: number[] }).heard ?? [];
(globalThis as { heard?: number[] }).heard = heard;
hub.subscribe("news", () => heard.push(VERSION));

const turn = () => new Promise(setImmediate);

/** The versions of this module that hear an event. */
export async function listeners(): Promise<{ version: number; heard: number[] }> {
  heard.length = 0;
  hub.publish("news", { event: "news", data: "hello" });
  for (let turns = 0; turns < 1000 && heard.length === 0; turns++) await turn();
  for (let turns = 0; turns < 100; turns++) await turn(); // whoever else hears it
  return { version: VERSION, heard: [...heard] };
}
