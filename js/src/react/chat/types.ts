import type { SSEClientOptions, SSEError } from "../../client/index.js";
import type { ChatDone, ChatFailure, ChatMessage } from "../../shared/chat/events.js";
import type { AgentNetworkStream } from "../agents/types.js";
import type { EventSourceSnapshot } from "../types.js";
import type { ChatStorage } from "./conversation.js";

/** Options of {@link useChatStream}: the callbacks, where messages are kept, and all options of the client. */
export interface UseChatStreamOptions
  extends Omit<
    SSEClientOptions,
    "method" | "body" | "resumeBy" | "onEnd" | "schema" | "events" | "shareAcrossTabs" | "fallback"
  > {
  /** What was said before; the storage's own, where it has any, come first. */
  readonly initialMessages?: readonly ChatMessage[];
  /** Each message that is whole: the user's when it is sent, the answer's when it has ended. Two tabs tell of the same answer by the same id. */
  readonly onMessage?: (message: ChatMessage) => void;
  /** What the source tells of its work. */
  readonly onProgress?: (progress: unknown) => void;
  /** An answer has ended, whole or stopped. */
  readonly onFinish?: (done: ChatDone) => void;
  readonly onError?: (error: ChatStreamError) => void;
  /** Where the last 500 messages are kept. Default: nowhere. */
  readonly storage?: ChatStorage;
  /** By which they are kept there. Default: the URL. */
  readonly storageKey?: string;
  /** Other tabs with the same URL, and other components of this one, show the same. Default false. */
  readonly shareAcrossTabs?: boolean;
  /** Goes on with the answer that there is, when the component mounts. Default true. */
  readonly resume?: boolean;
  /** Beside `messages` and `trigger` in what is sent; or a function that makes the whole of it, when all of that is too much. */
  readonly body?:
    | Readonly<Record<string, unknown>>
    | ((messages: readonly ChatMessage[], trigger: "send" | "regenerate") => unknown);
  /**
   * The agents that work on the answers, as a `createAgentNetwork` tells of them: the URL of their route, which is a connection of its own; or `true` where the server's option `also` has them
   * come on that of the answer, while there is one.
   */
  readonly also?: { readonly agents: string | true | null };
  /** See {@link useEventSource}. */
  readonly throttleMs?: number;
}

/** Why there is no whole answer: what the server says, and where it was refused or the connection has ended for good, the client's own error. */
export type ChatStreamError = ChatFailure & { readonly cause?: SSEError };

/** A message of the user's. */
export interface SentChatMessage {
  readonly content: string;
  /** Default: a new one. */
  readonly id?: string;
  readonly [more: string]: unknown;
}

/** How the connection of the answer is. Between two answers there is none: it is `disconnected` then. */
export type ChatStreamConnection = Pick<
  EventSourceSnapshot,
  "state" | "health" | "isConnected" | "attempts" | "resume"
> & {
  /** What to tell the user where the answer does not come as it should; null where it does. */
  readonly notice: string | null;
};

/** What {@link useChatStream} gives. The functions are the same at each render. */
export interface ChatStream {
  /** Those that are whole, the user's at once. */
  readonly messages: readonly ChatMessage[];
  /** The answer that is being written, as far as it has come; `""` otherwise. */
  readonly content: string;
  /** `submitted`: sent, and nothing has come yet. */
  readonly status: "ready" | "submitted" | "streaming" | "error";
  readonly isTyping: boolean;
  /** What the model thinks of the answer that is being written, where it says so; `""` otherwise. */
  readonly reasoning: string;
  /** What the source has told last of its work; null where it has told nothing, and once the answer has ended. */
  readonly progress: unknown;
  readonly error: ChatStreamError | null;
  readonly connection: ChatStreamConnection;
  /** As `also` asks for them; otherwise nothing is in it. */
  readonly agents: AgentNetworkStream;
  /** Sends a message of the user's: its text, or with what else it has, which is kept and sent along. An empty text is not sent. An answer that goes on is ended. */
  readonly send: (message: string | SentChatMessage) => void;
  /** Ends the answer on the server, for all who read it; what has come of it becomes a message. Whether there was one. Never rejects. */
  readonly stop: () => Promise<boolean>;
  /** Asks for the last answer once more: the one that is there goes. */
  readonly regenerate: () => void;
  /** Replaces them, in the storage and in other tabs too: by a list, or by what a function makes of the one that is there. */
  readonly setMessages: (
    messages: readonly ChatMessage[] | ((before: readonly ChatMessage[]) => readonly ChatMessage[]),
  ) => void;
}
