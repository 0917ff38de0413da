/** Opens the stream in one route, publishes in another, and reads until the event is there. */
export async function streamsAcrossRoutes(url: string): Promise<void> {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/events`, { signal: abort.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  if (response.body === null) throw new Error("no body");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (part: string) => {
    while (!text.includes(part)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended after ${text}`);
      text += value;
    }
  };
  await until("id: ");
  const published = await fetch(`${url}/api/publish`, { method: "POST", body: JSON.stringify({ text: "hello" }) });
  expect(await published.json()).toMatchObject({ recipients: 1, connections: 1 });
  await until("event: news\n");
  await until('data: {"text":"hello"}\n\n');
  abort.abort();
}
