import type { IncomingMessage, ServerResponse } from "node:http";
import type { Chat } from "../../js/src/server/index.js";

/** Answers a Node request as Next.js does with the route handlers of a chat: `/api/chat` and `/api/chat/[id]/stream`. */
export async function answerChat(chat: Chat, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, , , id] = new URL(req.url ?? "", "http://host").pathname.split("/");
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  const { method = "GET" } = req;
  const request = new Request(`http://${req.headers.host}${req.url}`, {
    method,
    headers: req.headers as Record<string, string>,
    signal: gone.signal,
    ...(method === "POST" && { body: req as never, duplex: "half" }),
  });
  const route = { params: Promise.resolve({ id: decodeURIComponent(id ?? "") }) };
  const response = await (method === "POST"
    ? chat.POST(request)
    : method === "GET"
      ? chat.GET(request, route)
      : chat.DELETE(request, route));
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.flushHeaders();
  try {
    for await (const chunk of response.body ?? []) res.write(chunk);
    res.end();
  } catch {
    res.destroy();
  }
}
