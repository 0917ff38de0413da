import { createLogEmitter } from "millrace";
import { LOCKED_ROOM, STEPS } from "../build";
import { hub } from "./hub";

/** What a build says, by its parts: each has a room. */
export const logs = createLogEmitter(hub, {
  agentTypes: STEPS,
  exists: (roomId) => [...STEPS, LOCKED_ROOM].some((name) => name === roomId),
  authorize: ({ roomId }) => roomId !== LOCKED_ROOM,
});
