// Every peer by its name: `start`, `ask(command)` (see peers/lib/commands.mjs), `port`, `stop`.
import { join } from "node:path";
import { BarePeer } from "./bare-peer.mjs";
import { NchanPeer } from "./nchan-peer.mjs";
import { NextPeer } from "./next-peer.mjs";
import { NodePeer } from "./node-peer.mjs";

const makers = {
  bare: () => new BarePeer(),
  "better-sse": () => new NodePeer("better-sse"),
  "res-write": () => new NodePeer("res-write"),
  nchan: () => new NchanPeer(),
  millrace: () => new NodePeer("millrace"),
  // That of another work tree, for bench/beside.mjs.
  "millrace-before": () => new NodePeer("millrace", [], join(process.env.MILLRACE_BEFORE, "bench/peers")),
  "millrace-gzip": () => new NodePeer("millrace", ["--gzip"]),
  "next-readable": () => new NextPeer("readable"),
  "next-millrace": () => new NextPeer("millrace"),
};

export const peerNames = Object.keys(makers);

/** Starts a peer, gives it to `work`, and stops it whatever happens. */
export async function withPeer(name, work) {
  const peer = makers[name]();
  try {
    await peer.start();
    return await work(peer);
  } finally {
    await peer.stop();
  }
}
