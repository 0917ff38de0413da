// A server that does what no server should, or should but seldom does, for bench/check.mjs: the path says what.
import { createGzip } from "node:zlib";
import { servePeer } from "./lib/serve.mjs";

const responses = new Map();

const faults = {
  lost: (send, text, n) => n !== 25 && send(text),
  repeated: (send, text, n) => (n === 25 ? send(text + text) : n !== 26 && send(text)),
  few: (send, text, n) => n < 50 && send(text),
  /** Nothing wrong: what is no event, and a chunk for each byte, some of them written together. */
  cut(send, text) {
    for (const byte of `: comment\n\nid: 7\n\nretry: 1000\n\n${text}`) send(byte);
  },
  gzip: (send, text) => send(text),
};

servePeer({
  onRequest(req, res) {
    const fault = req.url.slice(1);
    res.writeHead(200, {
      "Content-Type": "text/event-stream",
      ...(fault === "gzip" ? { "Content-Encoding": "gzip" } : {}),
    });
    let send = (text) => res.write(text);
    if (fault === "gzip") {
      const gzip = createGzip();
      gzip.pipe(res);
      send = (text) => gzip.write(text, () => gzip.flush());
    }
    send(":\n\n");
    responses.set(res, { send, fault: faults[fault] });
    res.on("close", () => responses.delete(res));
  },
  publish({ data }) {
    const text = `data: ${JSON.stringify(data)}\n\n`;
    for (const { send, fault } of responses.values()) fault(send, text, data.n);
  },
  connections: () => responses.size,
});
