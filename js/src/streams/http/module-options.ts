import type { AttachOptions, ResponseOptions } from "../../server/hub-api.js";
import { isWellFormed, requireKey, requireObject } from "../../shared/arguments.js";
import { SSEError } from "../../shared/errors.js";
import { type Names, requireKnown } from "../../shared/misspelt.js";
import { withoutUndefined } from "../../shared/without-undefined.js";

/** Options of `hub.response` that a module of streams leaves to its caller. */
export type ModuleResponseOptions = Omit<
  ResponseOptions,
  "channels" | "closeAfter" | "control" | "exists" | "from" | "greeting" | "labels" | "notices" | "snapshot"
>;

const RESPONSE_OPTIONS: Names<ModuleResponseOptions & Pick<AttachOptions, "handOver">> = {
  heartbeat: true,
  maxDurationMs: true,
  retryMs: true,
  traceId: true,
  lag: true,
  compress: true,
  direct: true,
  onClose: true,
  events: true,
  userId: true,
  expiresAt: true,
  facts: true,
  reauthorizeEveryMs: true,
  authorize: true,
  headers: true,
  handOver: true,
};

/** Without those that are undefined, behind which defaults stand. A misspelt `authorize` lets nobody in. Throws a TypeError. */
export function checkedResponseOptions<Options extends ModuleResponseOptions>(options: Options): Options {
  requireObject("options", options);
  requireKnown<ModuleResponseOptions>("response", options, RESPONSE_OPTIONS);
  return withoutUndefined(options);
}

/** What a module's channels begin with. Throws a TypeError for what could be taken for more than that. */
export function requirePrefix(name: unknown): asserts name is string {
  requireKey("name", name);
  if (!/^[\w-]+$/.test(name)) throw new TypeError("name must be letters, digits, _ and -");
}

/**
 * Why a request cannot be answered, whoever asks: an id that none can have is one of none.
 *
 * @param what - that the id names: `"workflow"`.
 */
export function refusalOf(
  what: string,
  method: string | undefined,
  methods: readonly string[],
  id: unknown,
): SSEError | undefined {
  if (method !== undefined && !methods.includes(method)) {
    return new SSEError("BAD_REQUEST", `A ${what} is asked for by ${methods.join(", ")}`);
  }
  const isId = typeof id === "string" && id !== "" && isWellFormed(id);
  return isId ? undefined : noSuch(what);
}

/** There is none of this id. */
export function noSuch(what: string): SSEError {
  return new SSEError("NO_SUCH_CHANNEL", `There is no ${what} of this id`);
}
