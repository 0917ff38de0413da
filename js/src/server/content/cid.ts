// scripts/build.mjs bundles this module: multiformats is an ECMAScript module only, and what a CommonJS application requires is not.
import { createHash } from "node:crypto";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { create } from "multiformats/hashes/digest";

/** Of the table of multicodecs. */
const SHA2_256 = 0x12;

/**
 * The content identifier of bytes: CIDv1 with the codec `raw` and SHA2-256, in base32: `bafkrei…`, 59 characters.
 *
 * @see https://github.com/multiformats/cid
 */
export function cidOf(bytes: Uint8Array): string {
  const digest = create(SHA2_256, createHash("sha256").update(bytes).digest());
  return CID.createV1(raw.code, digest).toString();
}
