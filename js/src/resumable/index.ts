/**
 * The API of the npm package `resumable-stream` on Millrace's log.
 *
 * @packageDocumentation
 */
export { createResumableStreamContext, type ResumableStreamContext } from "../streams/resumable/create-context.js";
export type { CreateResumableStreamContextOptions } from "../streams/resumable/options.js";
