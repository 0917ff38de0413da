import type { SSEMessage } from "millrace/react";
import type { DemoEvents, Notice } from "../events";
import { type Exchange, reduceChat } from "./chat-view";

/** All that the events have told this page. */
export interface DemoState {
  /** The name under which the server drops this page's stream. */
  stream: string | null;
  connections: number;
  received: number;
  duplicates: number;
  chat: readonly Exchange[];
  notices: readonly (Notice & { id: string })[];
}

export const emptyState: DemoState = {
  stream: null,
  connections: 0,
  received: 0,
  duplicates: 0,
  chat: [],
  notices: [],
};

const MOST_NOTICES = 50;

export interface Arrival {
  message: SSEMessage<DemoEvents>;
  isDuplicate: boolean;
}

export function reduce(state: DemoState, { message, isDuplicate }: Arrival): DemoState {
  const counted = {
    ...state,
    received: state.received + 1,
    duplicates: state.duplicates + (isDuplicate ? 1 : 0),
    chat: reduceChat(state.chat, message),
  };
  switch (message.type) {
    case "hello":
      return { ...counted, stream: message.data.stream };
    case "stats":
      return { ...counted, connections: message.data.connections };
    case "notify": {
      const notice = { ...message.data, id: message.lastEventId };
      return { ...counted, notices: [notice, ...state.notices].slice(0, MOST_NOTICES) };
    }
    default:
      return counted;
  }
}
