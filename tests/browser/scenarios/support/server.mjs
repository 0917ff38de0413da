// The server of the scenarios, in a process of its own so that it can be killed. It does what messages tell it, and sends
// messages about what happens; see scenario-server.ts.
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { createHub, SSEError } from "millrace";

const CHANNEL = "numbers";

process.once("message", ({ settings, script, port }) => {
  const { hub: hubOptions, stream, way = "attach", oneTokenOnce = false, allowsOrigins = false } = settings;
  const hub = createHub({ history: { events: 10_000 }, ...hubOptions });
  const tell = (message) => process.send?.(message);
  const usedTokens = new Set();
  const refusals = [];

  hub.on("connection", () => tell({ connections: hub.connectionCount(CHANNEL) }));
  hub.on("close", ({ reason }) => tell({ connections: hub.connectionCount(CHANNEL), reason }));
  hub.on("refused", ({ code }) => tell({ refused: code }));

  const authorize = ({ request }) => {
    const token = request.headers.get("authorization");
    if (token === null || usedTokens.has(token)) throw new SSEError("UNAUTHENTICATED", "Every token is good for once");
    usedTokens.add(token);
    return true;
  };
  const options = { channels: [CHANNEL], ...stream, ...(oneTokenOnce && { authorize }) };

  async function answer(req, res) {
    if (way === "attach") return hub.attach(req, res, options);
    const { status, headers, body } = await hub.response(
      new Request(`http://${req.headers.host}${req.url}`, { method: req.method, headers: req.headers }),
      options,
    );
    res.writeHead(status, Object.fromEntries(headers));
    if (body === null) res.end();
    else
      Readable.fromWeb(body)
        .on("error", () => {})
        .pipe(res);
    res.on("close", () => body?.cancel().catch(() => {}));
  }

  async function bodyOf(req) {
    let text = "";
    for await (const chunk of req) text += chunk;
    return text;
  }

  const server = createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url, "http://server");
    if (allowsOrigins)
      res.setHeader("Access-Control-Allow-Origin", "*").setHeader("Access-Control-Expose-Headers", "*");
    if (pathname === "/tools.js") res.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
    else if (pathname === "/page") {
      const policy = searchParams.get("policy");
      res.writeHead(200, { "Content-Type": "text/html", ...(policy && { "Content-Security-Policy": policy }) });
      res.end("<!doctype html><meta charset=utf-8><title>Scenario</title><script src='/tools.js'></script>");
    } else if (req.method === "OPTIONS" && allowsOrigins) {
      tell({ preflight: req.headers["access-control-request-headers"] ?? "" });
      res.writeHead(204, { "Access-Control-Allow-Headers": "last-event-id" }).end();
    } else if (pathname === "/events") {
      const body = req.method === "POST" ? await bodyOf(req) : "";
      const refusal = refusals.shift();
      tell({ asked: { method: req.method, url: req.url, headers: req.headers, body } });
      if (refusal) res.writeHead(refusal.status, refusal.headers).end();
      else await answer(req, res);
    } else res.writeHead(404).end();
  });

  process.on("message", ({ publish, refuse }) => {
    if (refuse) refusals.push(...refuse);
    for (const { n, event } of publish ?? [])
      tell({ published: { n, id: hub.publish(CHANNEL, { event, data: { n } }).id } });
  });
  server.listen(port, "127.0.0.1", () => tell({ port: server.address().port }));
});

process.on("disconnect", () => process.exit());
