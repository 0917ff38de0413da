/** Where this module lies; nothing where a bundler makes CommonJS of it. CommonJS itself takes own-address-cjs.ts instead. */
export const ownAddress: string | undefined = import.meta.url;
