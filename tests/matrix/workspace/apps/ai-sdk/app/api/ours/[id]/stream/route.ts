import { chat } from "../../../../../lib/chat";

export const { GET, DELETE } = chat;
