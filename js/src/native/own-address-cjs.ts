import { pathToFileURL } from "node:url";

/** Where this module lies. */
export const ownAddress: string | undefined = pathToFileURL(__filename).href;
