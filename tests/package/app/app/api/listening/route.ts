import { listeners } from "../../../lib/listening";

export const dynamic = "force-dynamic";
export const GET = async () => Response.json(await listeners());
