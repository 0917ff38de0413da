// The names and numbers that C++ must agree on: tests/names.json has them, and tests/core/names_test.cpp compares the other
// side.
import { readFileSync } from "node:fs";
import { receiverOptions, sessionOptions } from "../../js/src/core/client-options.js";
import { ERROR_CODES } from "../../js/src/core/wasm/layout.js";
import {
  ID_REFUSALS,
  JOIN_OUTCOMES,
  OPEN_REFUSALS,
  RATE_REFUSALS,
  WAITING_STATES,
  WRITE_REFUSALS,
} from "../../js/src/native/outcomes.js";
import { isRetry } from "../../js/src/server/content/message.js";
import { DEFAULT_HEARTBEAT_MS, DEFAULT_LAG } from "../../js/src/server/stream/options.js";
import { CLOSE_REASONS, UNFINISHED } from "../../js/src/shared/close-reasons.js";
import { BEGIN_TYPE, DONE, END_TYPE, NOTICE_TYPES, RESUME_TYPE } from "../../js/src/shared/notices.js";

const names = JSON.parse(readFileSync(new URL("../names.json", import.meta.url), "utf8"));

test("reasons of an end", () => {
  expect(CLOSE_REASONS).toEqual(names.closeReasons);
  const unfinished = Object.entries(CLOSE_REASONS).filter(([, { isIntended, isFinal }]) => isIntended && !isFinal);
  expect([...UNFINISHED].sort()).toEqual([...unfinished.map(([name]) => name), "revoked"].sort());
});

test("what the core answers", () => {
  expect(OPEN_REFUSALS).toEqual(names.openRefusals);
  expect(JOIN_OUTCOMES).toEqual(names.joinOutcomes);
  expect(WRITE_REFUSALS).toEqual(names.writeRefusals);
  expect(ID_REFUSALS).toEqual(names.idRefusals);
  expect(RATE_REFUSALS).toEqual(names.rateRefusals);
  expect(WAITING_STATES).toEqual(names.waitingStates);
});

test("what stands in a stream", () => {
  expect({ prefix: NOTICE_TYPES, begin: BEGIN_TYPE, end: END_TYPE, resume: RESUME_TYPE }).toEqual(names.notices);
  expect(DONE).toBe(names.done);
  expect(Object.values(ERROR_CODES).sort()).toEqual([...names.parseErrors].sort());
});

test("defaults and limits", () => {
  const { dedup, maxLineBytes: lineBytes, maxEventBytes: eventBytes } = receiverOptions();
  const { silenceMs, baseMs, maxMs, serverMinMs, serverMaxMs, failures, coolDownMs } = sessionOptions();
  const { events: lagEvents, bytes: lagBytes, stallMs: lagStallMs } = DEFAULT_LAG;
  expect(names.defaults).toMatchObject({
    ...{ dedup, lineBytes, eventBytes, lagEvents, lagBytes, lagStallMs, heartbeatMs: DEFAULT_HEARTBEAT_MS },
    ...{ silenceMs, baseMs, maxMs, serverMinMs, serverMaxMs, failures, coolDownMs },
  });
  expect([isRetry(names.limits.retryMs), isRetry(names.limits.retryMs + 1)]).toEqual([true, false]);
});

test("close reasons that stand in comments", () => {
  const comment = readFileSync(new URL("../../js/src/server/observe/close-reason.ts", import.meta.url), "utf8");
  for (const reason of Object.keys(CLOSE_REASONS)) expect(comment).toContain(` * - \`${reason}\`: `);
});

/** What is documented of the numbers that only the core knows. */
test("defaults that stand in comments and messages", () => {
  const textOf = (path: string) => readFileSync(new URL(`../../js/src/server/${path}`, import.meta.url), "utf8");
  const options = textOf("hub/hub-options.ts") + textOf("hub/policy.ts") + textOf("stream/options.ts");
  const { connections, channels, channelsPerConnection, perUser } = names.defaults;
  const { historyEvents, historyTtlMs, channelTtlMs, lagGraceMs } = names.defaults;
  const limits = [connections, channels, channelsPerConnection, perUser];
  for (const value of [...limits, historyEvents, historyTtlMs, channelTtlMs, lagGraceMs]) {
    expect(options).toMatch(new RegExp(`Default ${value}\\b`));
  }
  expect(textOf("content/message.ts")).toContain(`(default ${connections})`);
  expect(textOf("stream/join-channel.ts")).toContain(`(default ${channels})`);
});
