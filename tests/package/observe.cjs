// Loaded before Next.js: counts what Node itself writes to the socket of each request, by the request's channel.
const { subscribe } = require("node:diagnostics_channel");

const sockets = new Map();

subscribe("http.server.request.start", ({ request, socket }) => {
  const channel = new URL(request.url, "http://host").searchParams.get("channel");
  if (channel !== null) sockets.set(channel, { socket, before: socket.bytesWritten });
});

globalThis.millraceTestWritten = (channel) => {
  const { socket, before } = sockets.get(channel) ?? {};
  return socket === undefined ? undefined : socket.bytesWritten - before;
};
