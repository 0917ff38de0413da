// What many write by hand: the responses, and a loop of res.write.
import { servePeer } from "./lib/serve.mjs";

const responses = new Set();

servePeer({
  onRequest(_req, res) {
    res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    res.write(":\n\n");
    responses.add(res);
    res.on("close", () => responses.delete(res));
  },
  publish({ data }) {
    const text = `data: ${JSON.stringify(data)}\n\n`;
    for (const res of responses) res.write(text);
  },
  connections: () => responses.size,
});
