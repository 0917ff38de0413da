// Millrace in a plain Node server. The path says how a connection reads.
import { Readable } from "node:stream";
import { createHub } from "millrace";
import { channels } from "./lib/commands.mjs";
import { servePeer } from "./lib/serve.mjs";

const compress = process.argv.includes("--gzip");
// 10,000 connections are the default's limit, and a few more are waiting for their close. The lag bound holds the 500 events
// of 4 KB that the memory claim lets everybody lag.
const hub = createHub({
  name: "bench",
  limits: { connections: 20_000 },
  history: { events: 1000, bytes: 8 * 1024 * 1024 },
  lag: { events: 5000, bytes: 4 * 1024 * 1024 },
  ...(compress ? { compress } : {}),
});
const reads = {
  "/": { channels: channels.slice(0, 1) },
  "/half": { channels: channels.slice(0, 1), events: ["a"] },
  "/three": { channels },
};

/** The stream path: what a route handler's Response goes through, without direct writing. */
async function pipe(req, res) {
  const request = new Request(`http://${req.headers.host}${req.url}`, { headers: req.headers });
  const response = await hub.response(request, reads["/"]);
  res.writeHead(response.status, Object.fromEntries(response.headers));
  Readable.fromWeb(response.body)
    .on("error", () => res.destroy())
    .pipe(res);
}

servePeer({
  onRequest: (req, res) => (req.url === "/stream" ? pipe(req, res) : hub.attach(req, res, reads[req.url])),
  publish: ({ channel, event, data }) => hub.publish(channel, { event, data }),
  connections: () => hub.stats().connections,
});
