import { createAgentNetwork } from "millrace";
import { hub } from "./hub";

/** Who works on the answers of a conversation. */
export const agents = createAgentNetwork(hub);
