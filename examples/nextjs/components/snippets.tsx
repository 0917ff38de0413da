const server = `import { createSSEStream, registerConnection, sseResponse } from "millrace";

export async function GET(request: Request) {
  const stream = createSSEStream({ request });
  registerConnection("news", stream.send);
  return sseResponse(stream);
}`;

const page = `import { useEventSource } from "millrace/react";

const { data, state } = useEventSource("/api/events");


// anywhere on the server
broadcast("news", "headline", { text: "It works" });`;

/** What it takes. */
export function Snippets() {
  return (
    <aside className="snippets" aria-label="What it takes">
      <Snippet title="The route, app/api/events/route.ts" code={server} />
      <Snippet title="The page, and a broadcast" code={page} />
    </aside>
  );
}

/** The few lines that make a page. */
export function Code({ title, code }: { title: string; code: string }) {
  return <Snippet title={title} code={code} />;
}

function Snippet({ title, code }: { title: string; code: string }) {
  return (
    <section className="panel snippet">
      <h2>{title}</h2>
      <pre>
        <code>{code}</code>
      </pre>
    </section>
  );
}
