/**
 * - `pulled`: JavaScript reads the stream, by its body.
 * - `taken`: the core writes it to a socket.
 * - `ending`: the hub gives it nothing new, and the body's reader gets what is left.
 * - `ended`: its client has got everything, the end included.
 * - `cut`: it ended before that.
 */
export type StreamStage = "pulled" | "taken" | "ending" | "ended" | "cut";
