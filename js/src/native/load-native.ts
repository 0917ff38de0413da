import type { NativeModule } from "./binding.js";
import { findNative } from "./find-native.js";
import { traceNativeFiles } from "./trace-native.js";

// In what a bundler makes for CommonJS there is no import.meta.url; in what webpack makes it is that of the source, and
// __filename that of the chunk.
const module: string | undefined = import.meta.url;
const file: unknown = typeof __filename === "string" ? __filename : module;

/** The addon, or why there is none. CommonJS has no import.meta and takes load-native-cjs.ts instead. */
export const nativeModule: NativeModule = findNative(module, String(file));

if (process.env.MILLRACE_TRACE_NATIVE_FILES !== undefined) traceNativeFiles();
