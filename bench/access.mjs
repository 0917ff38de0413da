// What access costs: how soon revoked streams have ended, and what opaque ids cost an event.
//   node bench/access.mjs        prints a table and writes bench/results/access.json; half a minute
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { createHub } from "millrace";

const STREAMS = 5000;
const REVOKED = 1000;
const ROUNDS = 5;
const EVENTS = 200_000;

const medianOf = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

/** In a process of its own: so many clients, and when those of a user were all closed. */
function client() {
  process.once("message", ({ port, streams, revoked }) => {
    let opened = 0;
    let closed = 0;
    let othersClosed = 0;
    const heard = new Uint32Array(streams);
    for (let at = 0; at < streams; at++) {
      const isRevoked = at < revoked;
      let isOpen = false;
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`GET /${isRevoked ? "ann" : "bob"} HTTP/1.1\r\nHost: h\r\n\r\n`),
      );
      socket.on("data", (bytes) => {
        if (!isOpen) {
          isOpen = true;
          if (++opened === streams) process.send("open");
        }
        heard[at] += bytes.toString("latin1").split("event: n\n").length - 1;
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        if (!isRevoked) othersClosed++;
        else if (++closed === revoked) process.send({ closedAt: Date.now(), othersClosed });
      });
    }
    process.on("message", () => process.send({ heard: [...heard.subarray(revoked)] }, () => process.exit()));
  });
}

async function revocation() {
  const hub = createHub({ name: `revocation ${Math.random()}`, limits: { perUser: STREAMS } });
  const server = createServer((req, res) => hub.attach(req, res, { channels: ["c"], userId: req.url.slice(1) }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clients = fork(import.meta.filename, ["client"]);
  const said = () => new Promise((resolve) => clients.once("message", resolve));
  const open = said();
  clients.send({ port: server.address().port, streams: STREAMS, revoked: REVOKED });
  await open;
  let published = 0;
  const publishing = setInterval(() => hub.publish("c", { event: "n", data: ++published }), 20);
  await new Promise((resolve) => setTimeout(resolve, 500));
  let ended = 0;
  let endedMs = 0;
  const at = performance.now();
  hub.on("close", () => {
    if (++ended === REVOKED) endedMs = performance.now() - at;
  });
  const gone = said();
  const [askedAt, before] = [Date.now(), performance.now()];
  const count = hub.disconnect({ userId: "ann" });
  const callMs = performance.now() - before;
  const { closedAt, othersClosed } = await gone;
  await new Promise((resolve) => setTimeout(resolve, 500));
  clearInterval(publishing);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const others = said();
  clients.send("tell");
  const { heard } = await others;
  if (count !== REVOKED || othersClosed > 0 || heard.some((one) => one !== published)) {
    throw new Error(
      `others noticed: ${count} ended, ${othersClosed} others closed, of ${published} events some heard ${Math.min(...heard)}`,
    );
  }
  server.closeAllConnections();
  server.close();
  return { callMs, endedMs, clientMs: closedAt - askedAt };
}

function publishing() {
  const one = (opaqueIds) => {
    const hub = createHub({ name: `ids ${Math.random()}`, opaqueIds });
    const before = performance.now();
    for (let at = 0; at < EVENTS; at++) hub.publish("c", { event: "n", data: at });
    return ((performance.now() - before) / EVENTS) * 1000;
  };
  one(false);
  const rounds = Array.from({ length: 9 }, () => ({ plain: one(false), opaque: one({ secret: randomBytes(32) }) }));
  return {
    plainUs: medianOf(rounds.map(({ plain }) => plain)),
    opaqueUs: medianOf(rounds.map(({ opaque }) => opaque)),
    differenceUs: medianOf(rounds.map(({ plain, opaque }) => opaque - plain)),
  };
}

if (process.argv[2] === "client") client();
else {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await revocation());
  const of = (name) => medianOf(rounds.map((one) => one[name]));
  const worst = (name) => Math.max(...rounds.map((one) => one[name]));
  const revoked = {
    callMs: of("callMs"),
    endedMs: of("endedMs"),
    clientMs: of("clientMs"),
    worstClientMs: worst("clientMs"),
  };
  const ids = publishing();
  console.table({ [`disconnect of ${REVOKED} of ${STREAMS} streams, ms`]: revoked, "publish, µs": ids });
  writeFileSync(join(import.meta.dirname, "results/access.json"), `${JSON.stringify({ revoked, ids }, null, 2)}\n`);
  process.exit();
}
