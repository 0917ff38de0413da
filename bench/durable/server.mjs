// Millrace with the options of createHub that the argument has, as JSON. The path says how a connection reads: /earliest/CHANNEL or /now/CHANNEL.
// Beside the commands of peers/lib/commands.mjs:
//   sustain { seconds, bytes, perTurn }    publishes as fast as the hub takes it, until all is stored
//   pour { channel, events, bytes }        so many, in turns of their own, until all is stored    → both: { startedAtNs, acceptedAtNs, storedAtNs, events, refused }
//   acknowledge { publishers, outstanding, ownChannels, seconds, bytes }                          → { perSecond }
//   fill { channels, events, bytes }       so many events in each channel, in turn, until all is stored → { cursor: before all of them }
//   peak { restart }                       what was resident since that was said last             → { rssBytes, peakBytes }
//   firstUse                               when the first request was about to use the hub        → { atNs }
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { createHub, SSEError } from "millrace";
import { payloads } from "../peers/lib/payload.mjs";
import { servePeer } from "../peers/lib/serve.mjs";

const now = () => Number(process.hrtime.bigint());
const hub = createHub({ name: "durable", ...JSON.parse(process.argv[2]) });
const counters = {}; // of each channel's events
let firstUseNs = 0;

/** The hub refuses what is faster than its disk, once 64 MiB wait: then a publisher waits, too. Gives nothing then. */
function published(channel, event) {
  try {
    return hub.publish(channel, event);
  } catch (error) {
    if (error instanceof SSEError && error.code === "OVERLOADED") return undefined;
    throw error;
  }
}

/** Publishes for as long as `goesOn(events so far)` says, `perTurn` in each turn of the event loop. */
async function publishWhile(goesOn, { channel = "bench", bytes, perTurn = 1 }) {
  counters[channel] ??= [0];
  const next = payloads({ bytes, counters: counters[channel] });
  const found = { startedAtNs: now(), events: 0, refused: 0 };
  let last;
  let data;
  while (goesOn(found.events)) {
    for (let at = 0; at < perTurn && goesOn(found.events); at += 1) {
      data ??= next(0);
      const receipt = published(channel, { event: "message", data });
      if (receipt === undefined) {
        found.refused += 1;
        break;
      }
      last = receipt;
      data = undefined;
      found.events += 1;
    }
    await turn();
  }
  const acceptedAtNs = now();
  await last.stored;
  return { ...found, acceptedAtNs, storedAtNs: now() };
}

/** Each of the publishers has so many events on their way, and waits for the oldest of them. */
async function acknowledge({ publishers, outstanding, ownChannels, seconds, bytes }) {
  const next = payloads({ bytes, counters: [0] });
  const began = performance.now();
  const end = began + seconds * 1000;
  let acknowledged = 0;
  const publisher = async (index) => {
    const channel = ownChannels ? `bench-${index}` : "bench";
    const waiting = [];
    while (performance.now() < end) {
      waiting.push(hub.publish(channel, { event: "message", data: next(0) }).stored);
      if (waiting.length < outstanding) continue;
      await waiting.shift();
      acknowledged += 1;
    }
    await Promise.all(waiting);
    acknowledged += waiting.length;
  };
  await Promise.all(Array.from({ length: publishers }, (_, index) => publisher(index)));
  return { perSecond: (acknowledged / (performance.now() - began)) * 1000 };
}

/** As many rooms in which something is said at the same time. Each channel's numbers begin with 1. */
async function fill({ channels, events, bytes }) {
  const counters = [0];
  const next = payloads({ bytes, counters });
  let last;
  for (let event = 0; event < events; event += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      counters[0] = event;
      const message = { event: "message", data: next(0) };
      for (last = undefined; last === undefined; last ?? (await sleep(1)))
        last = published(`bench-${channel}`, message);
      if (channel % 100 === 99) await turn();
    }
    await turn();
  }
  await last.stored;
  return { cursor: `${last.id.split(".")[0]}.0` };
}

function peak({ restart = false }) {
  if (restart) writeFileSync("/proc/self/clear_refs", "5");
  const status = readFileSync("/proc/self/status", "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]) * 1024;
  return { rssBytes: bytes("VmRSS"), peakBytes: bytes("VmHWM") };
}

servePeer({
  onRequest(req, res) {
    firstUseNs ||= now();
    const [, from, channel] = req.url.split("/");
    hub.attach(req, res, { channels: [channel], from }).catch((error) => res.destroy(error));
  },
  publish: ({ channel, event, data }) => hub.publish(channel, { event, data }),
  connections: () => hub.stats().connections,
  more: {
    sustain({ seconds, ...how }) {
      const end = now() + seconds * 1e9;
      return publishWhile(() => now() < end, how);
    },
    pour: ({ events, ...how }) => publishWhile((published) => published < events, how),
    acknowledge,
    fill,
    peak,
    firstUse: () => ({ atNs: firstUseNs }),
  },
});
