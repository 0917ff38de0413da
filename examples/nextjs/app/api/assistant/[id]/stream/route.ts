import type { ChatRoute } from "millrace";
import { chat } from "@/lib/server/assistant";
import { cuttableAnswer } from "@/lib/server/cuts";

export const GET = async (request: Request, route: ChatRoute) =>
  cuttableAnswer(request, await chat.GET(request, route));

export const { DELETE } = chat;
