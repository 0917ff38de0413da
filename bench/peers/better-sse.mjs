// better-sse as its documentation shows it: one channel, one session a request.
import { createChannel, createSession } from "better-sse";
import { servePeer } from "./lib/serve.mjs";

const channel = createChannel();

servePeer({
  async onRequest(req, res) {
    channel.register(await createSession(req, res));
  },
  publish: ({ data, event }) => channel.broadcast(data, event),
  connections: () => channel.sessionCount,
});
