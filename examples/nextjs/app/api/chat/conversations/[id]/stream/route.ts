import { createChatStream } from "millrace";
import { askModel, openAiSettings } from "@/lib/server/chat/openai";
import { cuttableAnswer } from "@/lib/server/cuts";
import { hub } from "@/lib/server/hub";
import { research } from "@/lib/server/research";

const handler = async (request: Request, { params }: { params: Promise<{ id: string }> }) => {
  const { id: conversationId } = await params;
  const response = await createChatStream(hub, {
    request,
    conversationId,
    source: (context) => (openAiSettings() === null ? research(context) : askModel(context.messages, context.signal)),
  });
  return cuttableAnswer(request, response);
};

export { handler as DELETE, handler as GET, handler as POST };
