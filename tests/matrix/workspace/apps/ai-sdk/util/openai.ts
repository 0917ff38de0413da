// The example imports the provider, and names its model by a text.
export const openai = undefined;
