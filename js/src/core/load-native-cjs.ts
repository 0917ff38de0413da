import type { NativeModule } from "./native.js";

/** The addon, or why there is none. In CommonJS, Node's own `require` finds it beside this file. */
export const nativeModule: NativeModule = require("../../native/index.cjs") as NativeModule;
