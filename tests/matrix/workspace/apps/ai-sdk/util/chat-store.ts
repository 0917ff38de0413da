import type { UIMessage } from "ai";

interface Chat {
  id: string;
  messages: UIMessage[];
  activeStreamId: string | null;
}

const all = globalThis as { chats?: Map<string, Chat> };
all.chats ??= new Map();
const chats = all.chats;

export async function readChat(id: string): Promise<Chat> {
  return chats.get(id) ?? { id, messages: [], activeStreamId: null };
}

export async function saveChat(chat: Partial<Chat> & { id: string }): Promise<void> {
  chats.set(chat.id, { ...(await readChat(chat.id)), ...chat });
}
