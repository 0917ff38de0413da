/// <reference types="node" preserve="true" />
/**
 * Millrace for servers: streams, channels, broadcasts, and what teams stream.
 *
 * @packageDocumentation
 */

export * from "../streams/index.js";
export * from "./hub-api.js";
