import { createWorkflowEmitter } from "millrace";
import { hub } from "./hub";

/** Tells pages how a build goes. */
export const workflows = createWorkflowEmitter(hub);
