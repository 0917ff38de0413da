import { pathToFileURL } from "node:url";
import { findNative } from "./find-native.js";
import type { NativeModule } from "./native.js";

/** The addon, or why there is none. */
export const nativeModule: NativeModule = findNative(pathToFileURL(__filename).href, __filename);
