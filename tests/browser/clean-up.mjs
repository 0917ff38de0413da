export { cleanUp as default } from "./prepare.mjs";
