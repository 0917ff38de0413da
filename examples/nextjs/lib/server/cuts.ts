import { isTab } from "../channels";
import { singleton } from "./singleton";

/** What cuts open streams, by the tab that they belong to. */
const cuts = singleton("cuts by tab", () => new Map<string, Set<AbortController>>());
const MOST_TABS = 1000;

/**
 * The request, with a signal that `cut` aborts: as a broken network, in the middle and without a word. The tab is in the query.
 */
export function cuttable(request: Request): Request {
  const tab = new URL(request.url).searchParams.get("tab");
  if (!isTab(tab) || request.method !== "GET" || (cuts.size >= MOST_TABS && !cuts.has(tab))) return request;
  const cut = new AbortController();
  const all = cuts.get(tab) ?? new Set();
  cuts.set(tab, all.add(cut));
  const forget = () => {
    all.delete(cut);
    if (all.size === 0 && cuts.get(tab) === all) cuts.delete(tab);
  };
  request.signal.addEventListener("abort", forget, { once: true });
  cut.signal.addEventListener("abort", forget, { once: true });
  const { method, headers } = request;
  return new Request(request.url, { method, headers, signal: AbortSignal.any([request.signal, cut.signal]) });
}

/** How many streams of the tab were cut. */
export function cutStreams(tab: string): number {
  const all = [...(cuts.get(tab) ?? [])];
  for (const one of all) one.abort();
  return all.length;
}
