// What a Next.js application writes by hand: one ReadableStream a client, their controllers in a Set on globalThis, because a
// module is bundled into each route for itself.
globalThis.benchControllers ??= new Set();
const controllers = globalThis.benchControllers;
const encoder = new TextEncoder();

export function open() {
  let own;
  const body = new ReadableStream({
    start(controller) {
      own = controller;
      controllers.add(controller);
      controller.enqueue(encoder.encode(":\n\n"));
    },
    cancel() {
      controllers.delete(own);
    },
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform" },
  });
}

export const readable = {
  publish({ data }) {
    const chunk = encoder.encode(`data: ${JSON.stringify(data)}\n\n`);
    for (const controller of controllers) controller.enqueue(chunk);
  },
  connections: () => controllers.size,
};
