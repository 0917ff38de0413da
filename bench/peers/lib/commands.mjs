// What the bench asks of a peer, whatever carries the commands (IPC, or HTTP inside Next.js):
//   burst { events, bytes, kind, together }        as fast as it can     → { startedAtNs, meanCallNs }
//   pace  { events, rate, bytes, kind, content }   at a steady rate      → { startedAtNs, medianCallNs, busyNsPerEvent }
//   usage { collect }                              now                   → { cpuNs, rssBytes, connections }
// Each event of a burst has a turn of the event loop, as if requests had published them; `together` publishes all of them in
// one turn, which Node turns into one write of many chunks to each connection.
// kind: "plain" (one channel), "types" (events "a" and "b" in turn), "channels" (three channels in turn).
import { setTimeout as sleep } from "node:timers/promises";
import { payloads } from "./payload.mjs";

const now = () => Number(process.hrtime.bigint());
const keysOf = { plain: 1, types: 2, channels: 3 };

/** The channels of kind "channels"; every other kind uses the first. */
export const channels = ["bench", "bench-1", "bench-2"];

/**
 * @param peer `publish({ channel, event, data })` broadcasts in one synchronous call; `connections()` counts; `turn(next)`
 *   calls `next` when the next event of a burst may come (default: setImmediate). `more` has further commands by their names.
 * @returns a function that carries out one command and gives its answer.
 */
export function createCommands({ publish, connections, turn: afterTurn = setImmediate, more = {} }) {
  const counters = [0, 0, 0];
  let shape = "";
  let next;

  /** Publishes one event and gives the nanoseconds that the one call took. */
  function publishNext({ kind }, index) {
    const key = index % keysOf[kind];
    const message = {
      channel: channels[kind === "channels" ? key : 0],
      event: kind === "types" ? "ab"[key] : "message",
      data: next(key),
    };
    const began = process.hrtime.bigint();
    publish(message);
    return Number(process.hrtime.bigint() - began);
  }

  function prepare({ bytes, content = "padding" }) {
    if (shape !== `${bytes} ${content}`) next = payloads({ bytes, content, counters });
    shape = `${bytes} ${content}`;
  }

  const commands = {
    burst({ events, kind = "plain", together = false }) {
      const startedAtNs = now();
      return new Promise((resolve, reject) => {
        let index = 0;
        let total = 0;
        const turn = () => {
          try {
            do total += publishNext({ kind }, index);
            while (++index < events && together);
          } catch (error) {
            return reject(error);
          }
          return index < events ? afterTurn(turn) : resolve({ startedAtNs, meanCallNs: total / events });
        };
        turn();
      });
    },
    async pace({ events, rate, kind = "plain" }) {
      const startedAtNs = now();
      const before = performance.eventLoopUtilization();
      const calls = [];
      while (calls.length < events) {
        const dueMs = (startedAtNs - now()) / 1e6 + (calls.length * 1000) / rate;
        if (dueMs > 0) await sleep(dueMs);
        else calls.push(publishNext({ kind }, calls.length));
      }
      // Node writes only after the call has returned, when its turn ends: the thread is busy for longer than the call.
      await sleep(50);
      const busyMs = performance.eventLoopUtilization(before).active;
      calls.sort((a, b) => a - b);
      const medianCallNs = calls[Math.floor(calls.length / 2)];
      return { startedAtNs, medianCallNs, busyNsPerEvent: (busyMs * 1e6) / events };
    },
    async usage({ collect = false }) {
      // Several, with pauses: what the first finds unreachable frees native memory only later.
      for (let round = 0; collect && round < 4; round += 1) {
        globalThis.gc();
        await sleep(100);
      }
      const { user, system } = process.cpuUsage();
      return { cpuNs: (user + system) * 1000, rssBytes: process.memoryUsage.rss(), connections: connections() };
    },
    ...more,
  };

  return async (command) => {
    if (!Object.hasOwn(commands, command.do)) throw new Error(`no such command: ${command.do}`);
    if (command.bytes !== undefined) prepare(command);
    return await commands[command.do](command);
  };
}
