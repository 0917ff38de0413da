import { environment } from "../lifecycle/environment.js";

const exposing = () => environment().state("hubs that expose errors", () => new Set<string>());

/** From now on the hub's clients see errors as they are, or do not. In production they never do. */
export function setExposure(hubName: string, exposes: boolean): void {
  if (exposes) exposing().add(hubName);
  else exposing().delete(hubName);
}

export function exposesErrors(hubName: string): boolean {
  return process.env.NODE_ENV !== "production" && exposing().has(hubName);
}
