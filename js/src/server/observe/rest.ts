/** The name under which statistics and metrics have the channels that no policy is for. */
export const REST = "default";
