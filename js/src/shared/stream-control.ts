/** By which a stream's client has it read other channels. */
export const CONTROL_HEADER = "X-Stream-Control";

/** The channels that a client has chosen, with commas between them, percent-encoded; in an answer those that are read. */
export const CHANNELS_HEADER = "X-Stream-Channels";
