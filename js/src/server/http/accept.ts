/** One of what a client accepts. */
interface Preference {
  readonly name: string;
  /** From 0 to 1. */
  readonly weight: number;
  /** A weight of 0: it does not want this. */
  readonly isRefused: boolean;
}

/** RFC 9110, 12.4: the parts of an `Accept` or `Accept-Encoding` header. A weight that is none counts as 1. */
function preferencesOf(header: string): Preference[] {
  return header
    .toLowerCase()
    .split(",")
    .map((part) => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
      const weight = parameters.map((text) => /^q=(0(?:\.\d*)?|1(?:\.0*)?)$/.exec(text)?.[1]).find(Boolean) ?? "1";
      return { name, weight: Number(weight), isRefused: Number(weight) === 0 };
    });
}

/** RFC 9110, 12.5.1, as far as it matters for one type; without the header everything is accepted. */
export function acceptsEventStream(accept: string | null): boolean {
  if (accept === null || accept.trim() === "") return true;
  const ranges = ["text/event-stream", "text/*", "*/*"];
  return preferencesOf(accept).some(({ name, isRefused }) => !isRefused && ranges.includes(name));
}

/**
 * Whether the client asks for JSON by name, and not for an event stream by name: it polls. With both, neither or ranges
 * only, it asks for a stream.
 */
export function prefersJson(accept: string | null): boolean {
  const wanted = preferencesOf(accept ?? "").filter(({ isRefused }) => !isRefused);
  const names = wanted.map(({ name }) => name);
  return names.includes("application/json") && !names.includes("text/event-stream");
}

/** Whether the client says that it reads problem descriptions (RFC 9457). */
export function namesProblem(accept: string | null): boolean {
  return preferencesOf(accept ?? "").some(({ name, isRefused }) => !isRefused && name === "application/problem+json");
}

/** RFC 9110, 12.5.3: named, or meant by `*`, and not with a weight of 0. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  const codings = preferencesOf(acceptEncoding ?? "");
  const isGzip = ({ name }: Preference) => name === "gzip" || name === "x-gzip";
  const found = codings.find(isGzip) ?? codings.find(({ name }) => name === "*");
  return found?.isRefused === false;
}

/** Whether the client likes OpenMetrics, by name, at least as well as plain text. */
export function prefersOpenMetrics(accept: string | null): boolean {
  const preferences = preferencesOf(accept ?? "");
  const weightOf = (type: string) =>
    Math.max(0, ...preferences.filter(({ name }) => name === type).map(({ weight }) => weight));
  const weight = weightOf("application/openmetrics-text");
  return weight > 0 && weight >= weightOf("text/plain");
}
