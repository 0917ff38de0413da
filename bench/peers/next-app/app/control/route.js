import { createCommands } from "../../../lib/commands.mjs";
import { millrace } from "../../lib/hub.js";
import { readable } from "../../lib/readable.js";

export const dynamic = "force-dynamic";

const runs = { readable: createCommands(readable), millrace: createCommands(millrace) };

/** A command of peers/lib/commands.mjs; `via` says who publishes. */
export async function POST(request) {
  const { via, ...command } = await request.json();
  try {
    return Response.json(await runs[via](command));
  } catch (error) {
    return Response.json({ problem: error.stack });
  }
}
