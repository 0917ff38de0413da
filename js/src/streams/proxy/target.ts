import { SSEError } from "../../shared/errors.js";

/**
 * What lets a path be another than it looks: a segment that goes up, with parameters (`..;`) or without; a slash that is hidden; a control character; a space; a second
 * encoding; letters, digits and marks that need none, so that the path an authorizer sees is the one the upstream understands (RFC 3986, 6.2.2.2).
 */
const TRICKS =
  /(?:^|\/)\.{1,2}(?:[/;]|$)|\\|\/\/|[^\x21-\x7e]|%(?:2[def]|3\d|[46][1-9a-f]|[57][\da]|5[cf]|7[ef]|25|[01][\da-f])|%(?![\da-f]{2})/i;

const isTrick = (path: string) => TRICKS.test(path) || !isUtf8(path);

/** Of what it encodes: other bytes are what somebody decodes into a dot. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

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
  if (!isFit || url.search !== "" || url.hash !== "" || isTrick(url.pathname)) {
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
  if (path === "" || isTrick(`/${path}`) || /[?#]/.test(path)) throw refused();
  const target = new URL(upstream);
  target.pathname = upstream.pathname + path;
  if (target.pathname !== upstream.pathname + path) throw refused();
  return target;
}

function absolute(upstreams: readonly URL[], asked: string): URL {
  const [, path] = /^[a-z][a-z\d+.-]*:\/\/[^/?#\\]+(\/[^?#]*)?(?:[?#].*)?$/i.exec(asked) ?? [undefined, "\\"];
  if (isTrick(path ?? "/") || !URL.canParse(asked)) throw refused();
  const target = new URL(asked);
  // What it was parsed to is what was asked for, letter for letter.
  if (target.pathname !== (path ?? "/")) throw refused();
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
