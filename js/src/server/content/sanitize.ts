import type { NativeShaper } from "../../native/binding.js";
import { environment } from "../lifecycle/environment.js";

const LONGEST_READ = 2000;
const LONGEST_BYTES = 1024;

const shaper = (): NativeShaper =>
  environment().state("shaper of messages", () => {
    const redact = { keys: [], paths: [], patterns: [], emails: false };
    return new (environment().binding.Shaper)({ redact, maxBytes: LONGEST_BYTES, oversize: "truncate" });
  });

/**
 * An error's message as a client may see it: its first line, without the paths of files, without what addresses have behind their
 * host, and without secrets. At most 1 KiB.
 */
export function sanitizeMessage(message: string): string {
  const [line = ""] = message.slice(0, LONGEST_READ).split(/[\r\n]/, 1);
  const clean = line
    .replace(/\bfile:\/\/[^\s"'<>)]*/gi, "[path]")
    .replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s"'<>)/@]*@)?([^\s"'<>)/?#]*)[^\s"'<>)]*/gi, "$1$2")
    .replace(/(^|[\s"'`(=:,[])(?:~|\.{1,2})?\/[\w.@%-][^\s"'`()<>,]*/g, "$1[path]")
    .replace(/(^|[\s"'`(=,[])(?:[A-Za-z]:\\|\\\\)[^\s"'`<>|,]+/g, "$1[path]")
    .replace(/\?[^\s"'`=]{1,200}=[^\s"'`]*/g, "");
  return shaper().shape(clean, true) ?? clean;
}
