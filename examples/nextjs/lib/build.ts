/** The parts of a build, in their order: each is an agent of the workflow, and a room of the logs. */
export const STEPS = ["configure", "compile", "test"] as const;
export type StepName = (typeof STEPS)[number];

/** A room that nobody may read, to see what that looks like. */
export const LOCKED_ROOM = "locked";

/** Tells all pages that a build has begun. */
export const BUILDS_CHANNEL = "builds";
