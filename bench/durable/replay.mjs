// How long a client waits for the whole of a channel that is only on disk: from its connecting to the last event that it reads.
import { fileNamed } from "./folder.mjs";
import { betterSqlite, fillWith, millrace, withLoad, withServer } from "./session.mjs";

const channels = 7; // each is read once, by the first who asks for it
const keeps = { events: 1_000_000 };
const files = {};

function serverOf(side, file) {
  return side === "millrace" ? millrace({ history: { file, ...keeps } }) : betterSqlite(file);
}

async function filled(side, fill) {
  if (files[side] === undefined) {
    files[side] = fileNamed(`replay-${side}.db`);
    await fillWith(serverOf(side, files[side]), fill);
  }
  return files[side];
}

/** A process that has opened the file, which was filled once a run, and has read none of the channels. */
export async function replay({ side, events = 10_000, bytes = 140 }) {
  const file = await filled(side, { channels, events, bytes });
  return withServer(serverOf(side, file), (server) =>
    withLoad(async (load) => {
      const base = { port: server.port, connections: 1 };
      await load.connect({ ...base, group: "none", path: "/earliest/none" });
      const times = [];
      for (let channel = 0; channel < channels; channel += 1) {
        const path = `/earliest/bench-${channel}`;
        const group = `timed-${channel}`;
        await load.connect({ ...base, group, path, verifyEvery: 0 });
        const { beganNs, lastReceivedNs } = await load.expect(events, { group });
        times.push(lastReceivedNs - beganNs);
        // The second is not timed: every number of it is looked at.
        await load.connect({ ...base, group: `checked-${channel}`, path });
        await load.expect(events, { group: `checked-${channel}` });
        await load.ask("close", { group });
        await load.ask("close", { group: `checked-${channel}` });
      }
      times.sort((a, b) => a - b);
      return { replayMs: times[Math.floor(channels / 2)] / 1e6, bestMs: times[0] / 1e6, worstMs: times.at(-1) / 1e6 };
    }),
  );
}
