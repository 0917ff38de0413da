import { isTab } from "../channels";
import { singleton } from "./singleton";

/** What cuts open streams, by the tab that they belong to. */
const cuts = singleton("cuts by tab", () => new Map<string, Set<AbortController>>());

/** What `cuttable` gives an answer: a request whose signal `cutStreams` aborts, and what is to be called when its stream has ended. */
export interface Cuttable {
  readonly request: Request;
  readonly onClose: () => void;
}

/**
 * Answers a request with a stream that `cutStreams` cuts: as a broken network, in the middle and without a word. The tab is in the query.
 *
 * @example
 * cuttable(request, ({ request, onClose }) => logs.response(request, room, { onClose }));
 */
export async function cuttable(request: Request, answer: (cuttable: Cuttable) => Promise<Response>): Promise<Response> {
  const tab = new URL(request.url).searchParams.get("tab");
  if (!isTab(tab) || request.method !== "GET") return answer({ request, onClose: () => {} });
  const { cut, onClose } = cutOf(tab);
  const { method, headers } = request;
  const signal = AbortSignal.any([request.signal, cut.signal]);
  const response = await answer({ request: new Request(request.url, { method, headers, signal }), onClose });
  if (!isStream(response)) onClose();
  return response;
}

/**
 * An answer whose stream `cutStreams` cuts, whatever began it: a POST that begins one, too. The tab is in the header `X-Tab`.
 *
 * @example
 * export const POST = async (request: Request) => cuttableAnswer(request, await chat.POST(request));
 */
export function cuttableAnswer(request: Request, response: Response): Response {
  const tab = request.headers.get("x-tab");
  if (!isTab(tab) || !isStream(response) || response.body === null) return response;
  const { cut, onClose } = cutOf(tab);
  request.signal.addEventListener("abort", onClose, { once: true });
  cut.signal.addEventListener("abort", onClose, { once: true });
  const through = new TransformStream<Uint8Array, Uint8Array>({ flush: onClose });
  const { status, headers } = response;
  return new Response(response.body.pipeThrough(through, { signal: cut.signal }), { status, headers });
}

/** What cuts one stream of a tab, and what is to be called when that has ended. */
function cutOf(tab: string): { cut: AbortController; onClose: () => void } {
  const cut = new AbortController();
  const all = cuts.get(tab) ?? new Set();
  cuts.set(tab, all.add(cut));
  const onClose = () => {
    all.delete(cut);
    if (all.size === 0 && cuts.get(tab) === all) cuts.delete(tab);
  };
  return { cut, onClose };
}

function isStream({ status, headers }: Response): boolean {
  return status === 200 && headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** How many streams of the tab were cut. */
export function cutStreams(tab: string): number {
  const all = [...(cuts.get(tab) ?? [])];
  for (const one of all) one.abort();
  return all.length;
}
