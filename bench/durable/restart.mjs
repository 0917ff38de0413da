// How long the first client waits behind a restart: for its first event, from a file of a gigabyte.

import { statSync } from "node:fs";
import { connect } from "node:net";
import { run } from "../../scripts/lib/process.mjs";
import { fileNamed, requireRoom } from "./folder.mjs";
import { fillWith, millrace, withServer } from "./session.mjs";

const now = () => Number(process.hrtime.bigint());
const made = {};

const options = (file) => ({ history: { file, events: 1_000_000 }, limits: { channels: 200_000 } });

/** Made once a run: { file, cursor } */
async function filled({ channels, fileBytes, bytes }) {
  if (made[channels] === undefined) {
    requireRoom(fileBytes);
    const file = fileNamed(`restart-${channels}.db`);
    const events = Math.ceil(fileBytes / channels / bytes);
    made[channels] = { file, ...(await fillWith(millrace(options(file)), { channels, events, bytes })) };
  }
  return made[channels];
}

/** When the client has its first event. It was there before the restart, and has nothing of the channel yet. */
function firstEvent(port, channel, cursor) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET /now/${channel} HTTP/1.1\r\nHost: bench\r\nLast-Event-ID: ${cursor}\r\n\r\n`),
    );
    let text = "";
    const patience = setTimeout(() => socket.destroy(), 60_000);
    socket.on("data", (bytes) => {
      const at = now();
      text += bytes.toString("latin1");
      if (!/^data: ?\{"c":0,"n":1,/m.test(text)) return;
      resolve(at);
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(patience);
      reject(new Error(`No event: ${text.slice(0, 500)}`));
    });
  });
}

/**
 * @param end how the process before has ended: "ended", or "killed" while it was publishing
 * @param cached whether the system has the file in memory; after it has booted it has not
 */
export async function restart({ channels, end = "killed", cached = true, fileBytes = 1e9, bytes = 1024 }) {
  const { file, cursor } = await filled({ channels, fileBytes, bytes });
  await withServer(millrace(options(file)), async (server) => {
    await server.ask({ do: "pour", channel: "last", events: 20_000, bytes: 140 });
    if (end === "ended") return server.leave();
    server.ask({ do: "pour", channel: "last", events: 1_000_000, bytes: 140 }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.stop();
  });
  // GNU dd: the kernel is told that nobody needs the file's pages.
  if (!cached) for (const more of ["", "-wal"]) await run("dd", [`if=${file}${more}`, "iflag=nocache", "count=0"]);
  const startedAtNs = now();
  return withServer(millrace(options(file)), async (server) => {
    const channel = `bench-${Math.floor(Math.random() * channels)}`;
    const gotAtNs = await firstEvent(server.port, channel, cursor);
    const { atNs } = await server.ask({ do: "firstUse" });
    return {
      firstUseMs: (gotAtNs - atNs) / 1e6,
      processMs: (gotAtNs - startedAtNs) / 1e6,
      fileBytes: statSync(file).size,
    };
  });
}
