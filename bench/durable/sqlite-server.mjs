// The same on better-sqlite3, whose file the argument names. A request for /earliest/CHANNEL reads the channel's rows and writes each as an event.
//   acknowledge { seconds, bytes }         one transaction an event                → { perSecond }
//   fill { channels, events, bytes }       as server.mjs, in transactions of many
import { payloads } from "../peers/lib/payload.mjs";
import { servePeer } from "../peers/lib/serve.mjs";
import { insertion, openEvents } from "./sqlite.mjs";

const database = openEvents(process.argv[2]);
const insert = database.prepare(insertion);
const select = database.prepare("SELECT id, type, data FROM events WHERE channel = ? AND id > ? ORDER BY id");
let open = 0;
let id = 0;

/** Committing is synchronous here, so more publishers would wait for each other. */
function acknowledge({ seconds, bytes }) {
  const next = payloads({ bytes, counters: [0] });
  const began = performance.now();
  const before = id;
  while (performance.now() < began + seconds * 1000) insert.run("bench", ++id, "message", JSON.stringify(next(0)));
  return { perSecond: ((id - before) / (performance.now() - began)) * 1000 };
}

const fill = database.transaction(({ channels, events, bytes }) => {
  const counters = [0];
  const next = payloads({ bytes, counters });
  for (let event = 0; event < events; event += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      counters[0] = event;
      insert.run(`bench-${channel}`, event * channels + channel + 1, "message", JSON.stringify(next(0)));
    }
  }
  return {};
});

servePeer({
  onRequest(req, res) {
    open += 1;
    res.on("close", () => {
      open -= 1;
    });
    res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    res.flushHeaders();
    for (const { id, type, data } of select.iterate(req.url.split("/")[2], 0))
      res.write(`id: ${id}\nevent: ${type}\ndata: ${data}\n\n`);
  },
  publish() {},
  connections: () => open,
  more: { acknowledge, fill },
});
