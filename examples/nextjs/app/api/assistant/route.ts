import { chat } from "@/lib/server/assistant";
import { cuttableAnswer } from "@/lib/server/cuts";

export const POST = async (request: Request) => cuttableAnswer(request, await chat.POST(request));
