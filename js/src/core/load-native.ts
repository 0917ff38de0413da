import type { NativeModule } from "./native.js";
import { traceNativeFiles } from "./trace-native.js";

// A bundler must leave the addon to Node: the package imports itself by name, which Node resolves from wherever the bundle
// lies. CommonJS has no top-level await and takes load-native-cjs.ts instead.
const specifier = "millrace/native";
const loaded = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ specifier)) as {
  default: NativeModule;
};

/** The addon, or why there is none. */
export const nativeModule: NativeModule = loaded.default;

if (process.env.MILLRACE_TRACE_NATIVE_FILES !== undefined) traceNativeFiles();
