import type { Names } from "../../shared/misspelt.js";
import { RESPONSE_OPTIONS, type ResponseOptions } from "../stream/response-options.js";

/** Options of {@link Hub.attach}. */
export interface AttachOptions extends ResponseOptions {
  /**
   * Whether Node gives the socket away, which saves most of a connection's memory; `req`, `res` and their `socket` then say
   * `close` at once, and `destroyed` is true. Default: unless somebody listens to `close`, `finish`, `end`, `aborted` or `error`
   * of `req`, `res` or their socket when `attach` has been called, or the request's body has yet to be read. (A listener of `close` or `aborted` that comes later is still told of the real end.)
   */
  handOver?: boolean;
}

/** What the options of `attach` may be called. */
export const ATTACH_OPTIONS: Names<AttachOptions> = { ...RESPONSE_OPTIONS, handOver: true };
