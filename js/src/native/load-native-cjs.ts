import { pathToFileURL } from "node:url";
import type { NativeModule } from "./binding.js";
import { findNative } from "./find-native.js";

/** The addon, or why there is none. */
export const nativeModule: NativeModule = findNative(pathToFileURL(__filename).href, __filename);
