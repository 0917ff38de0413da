import { SSEError } from "../../shared/errors.js";

/** What lets a path be another than it looks: a segment that goes up, a slash that is hidden, a control character, a space, a second encoding. */
const TRICKS =
  /(?:^|\/)\.{1,2}(?:\/|$)|\\|\/\/|[\0-\x20\x7f-\xff]|%(?:2e|2f|5c|25|0[\da-f]|1[\da-f]|7f)|%(?![\da-f]{2})/i;

/** Where a proxy may go: absolute URLs without user, query and hash; their paths end with a slash. */
export function upstreamsOf(given: string | URL | readonly (string | URL)[]): readonly URL[] {
  const all = (Array.isArray(given) ? given : [given]).map((one) => upstreamOf(one));
  if (all.length === 0) throw new TypeError("upstream must name a URL at least");
  return all;
}

function upstreamOf(given: unknown): URL {
  const text = String(given);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isFit = url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!isFit || url.search !== "" || url.hash !== "" || TRICKS.test(url.pathname)) {
    throw new TypeError(`upstream must be a URL such as "https://api.example/v1/", not ${text.slice(0, 100)}`);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/**
 * The address that a request is for: a path below the first upstream, or a URL below any of them.
 *
 * @param asked - a path as it stands in a URL, encoded, without or with a slash before it; or a whole URL.
 * @throws SSEError `BAD_REQUEST` for what is no such thing, `FORBIDDEN` for other places.
 */
export function targetOf(upstreams: readonly URL[], asked: string, query: URLSearchParams): URL {
  const target = /^[a-z][a-z\d+.-]*:/i.test(asked) ? absolute(upstreams, asked) : below(upstreams[0] as URL, asked);
  for (const [name, value] of query) target.searchParams.append(name, value);
  return target;
}

function below(upstream: URL, asked: string): URL {
  const path = asked.replace(/^\//, "");
  if (path === "" || TRICKS.test(`/${path}`) || /[?#]/.test(path)) throw refused();
  const target = new URL(upstream);
  target.pathname = upstream.pathname + path;
  if (!isBelow(target, upstream)) throw refused();
  return target;
}

function absolute(upstreams: readonly URL[], asked: string): URL {
  const [path = ""] = asked.split(/[?#]/, 1);
  const rest = path.replace(/^[a-z\d+.-]+:\/\/[^/]*/i, "");
  if (!URL.canParse(asked) || TRICKS.test(rest)) throw refused();
  const target = new URL(asked);
  const isPlain = target.username === "" && target.password === "";
  if (!isPlain || !upstreams.some((upstream) => isBelow(target, upstream)))
    throw new SSEError("FORBIDDEN", "There is no way to this address");
  target.hash = "";
  return target;
}

function isBelow(target: URL, upstream: URL): boolean {
  return target.origin === upstream.origin && target.pathname.startsWith(upstream.pathname);
}

function refused(): SSEError {
  return new SSEError("BAD_REQUEST", "The address is no path that can be asked for");
}
