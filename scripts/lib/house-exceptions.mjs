// What may break a rule of the house for now, and why. An exception that is no longer needed is an error.
// The rules are in layers.mjs and house-rules.mjs; a place is a file, a file and its class, or a file and what it uses.

/** @type {{ rule: string, reason: string, places: string[] }[]} */
export const exceptions = [];
