// A module that is evaluated once for each query it is imported with: so many modules it is.
import { createHub } from "millrace";

const room = new URL(import.meta.url).searchParams.get("room");
createHub({ name: "hot reload" }).subscribe("rooms", ({ data }) => globalThis.heard.push(`${room} room ${data}`));
