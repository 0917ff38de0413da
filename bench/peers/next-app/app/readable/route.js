import { open } from "../../lib/readable.js";

export const dynamic = "force-dynamic";
export const GET = () => open();
