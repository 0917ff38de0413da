import { createHub, createLogEmitter, createWorkflowEmitter } from "millrace";
import type { SSEClientOptions } from "millrace/client";
import { RefreshOnEvent, revalidateOn } from "millrace/next";
import {
  type LogLevel,
  type UseLogStreamOptions,
  type UseSSEStreamOptions,
  type UseWorkflowStreamOptions,
  useLogStream,
  useSSEStream,
  useWorkflowStream,
} from "millrace/react";

// Every hook takes every option of the client, but for those that it decides itself.
type Own<Options> = Exclude<keyof SSEClientOptions, keyof Options>;
const ofWorkflows: Own<UseWorkflowStreamOptions> = "schema";
const ofLogs: Own<UseLogStreamOptions> = Math.random() > 0.5 ? "schema" : "events";
const ofAnswers: Own<UseSSEStreamOptions> = "retry" as "retry" | "silenceMs" | "schema" | "events";
// @ts-expect-error it has this one
const headersOfLogs: Own<UseLogStreamOptions> = "headers";
// @ts-expect-error and so has this
const headersOfWorkflows: Own<UseWorkflowStreamOptions> = "shareAcrossTabs";
void [ofWorkflows, ofLogs, ofAnswers, headersOfLogs, headersOfWorkflows];

const hub = createHub<{ price: { amount: number } }>();
hub.publish("a", { event: "price", data: { amount: 1 }, label: "red", retry: 1000 });

const workflows = createWorkflowEmitter(hub);
workflows.emit("wf", "agent:progress", { agentName: "a", message: "m" });
// @ts-expect-error there is no such level
workflows.emit("wf", "agent:progress", { agentName: "a", message: "m", level: "loud" });
// @ts-expect-error a name is missing
workflows.emit("wf", "workflow:started", { totalSteps: 1 });

const logs = createLogEmitter(hub, { agentTypes: ["build", "test"] });
logs.emitLog("room", "build", "success", "Built", { duration: 1, more: true });
// @ts-expect-error there is no such agent
logs.emitLog("room", "story", "info", "Built");
// @ts-expect-error there is no such level
logs.emitLog("room", "build", "fatal", "Built");
const result: Promise<number> = logs.operation("room", "test", "the tests", async ({ note }) => {
  note("1 of 2");
  return 5;
});
void result;
createLogEmitter(createHub()).emitLog("room", "orchestrator", "warn", "m");
// @ts-expect-error what a policy may say of rooms is not everything
createLogEmitter(hub, { policy: { records: false } });

revalidateOn(hub, "a", ({ event }) => (event === "price" ? "prices" : null), { profile: { expire: 0 } });
// @ts-expect-error a tag is a text
revalidateOn(hub, "a", () => 5);

export function Page() {
  const { workflow, agents, command } = useWorkflowStream("wf", {
    onEvent: (type, data) => void [type.length, data],
    headers: async () => ({ Authorization: "Bearer x" }),
    retry: { attempts: 3 },
  });
  const { logs: shown, clear, isDegraded, notice } = useLogStream("room", { levels: ["warn"], maxLogs: 10 });
  const { content, start } = useSSEStream({ query: "why", onContent: (text) => text.trim() });
  const levels: LogLevel[] = shown.map(({ level }) => level);
  // @ts-expect-error there is no such level
  useLogStream("room", { levels: ["fatal"] });
  // @ts-expect-error no query
  useSSEStream({});
  const words: string | undefined = workflow?.agents.a?.message ?? notice ?? undefined;
  return (
    <main>
      <RefreshOnEvent url="/api/events" events={["price"]} everyMs={500} shareAcrossTabs />
      {words} {agents.length} {levels.join()} {content} {String(isDegraded)}
      <button type="button" onClick={() => command("pause").then(({ isAccepted }) => isAccepted && clear())} />
      <button type="button" onClick={start} />
    </main>
  );
}
