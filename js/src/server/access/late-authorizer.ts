import { isRefusal } from "../../shared/refusals.js";
import { environment } from "../lifecycle/environment.js";
import { reportFailure } from "../observe/user-code-error.js";
import type { AuthorizeContext } from "./authorize.js";
import { authorizers } from "./authorizers.js";
import type { Permission } from "./permission.js";
import { permit } from "./permit.js";

/** Streams of a thread whose contexts are kept; the streams beyond them are refused when an authorizer comes. */
const MOST_CONTEXTS = 1000;

/** What an authorizer that comes later is asked with about a stream that is open; `unknown`: that was not kept. */
export type KeptContext = AuthorizeContext | "unknown";

const counter = () => environment().state("kept contexts", () => ({ count: 0 }));

/** Keeps the context of a stream that is opened without an authorizer, until {@link releaseContext}. */
export function keepContext(context: AuthorizeContext): KeptContext {
  const kept = counter();
  if (kept.count >= MOST_CONTEXTS) return "unknown";
  kept.count++;
  return context;
}

/** It is not needed any more; gives nothing, to be kept in its place. */
export function releaseContext(context: KeptContext | undefined): undefined {
  if (typeof context === "object") counter().count--;
}

/** Asks the authorizer that has come since the stream was opened; `refuse` is called unless it lets the client stay. */
export function askLate(
  hubName: string,
  context: KeptContext,
  refuse: () => void,
  letIn: (permission: Permission) => void,
): void {
  const authorize = authorizers().get(hubName);
  if (authorize === undefined || context === "unknown") {
    refuse();
    return;
  }
  permit(hubName, context, undefined).then(
    (permission) => (permission === undefined ? refuse() : letIn(permission)),
    (error: unknown) => {
      if (!isRefusal(error)) reportFailure(hubName, error, context.channels, undefined);
      refuse();
    },
  );
}
