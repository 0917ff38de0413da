import { type ChatTransport, DefaultChatTransport, type HttpChatTransportInitOptions, type UIMessage } from "ai";
import type { RetryOptions, SSEClient } from "../client/index.js";
import { NOTICES_HEADER } from "../shared/chat-headers.js";
import { resilientAnswer } from "./resilient-answer.js";

/** How the connection of an answer is. */
export type ChatConnection = Pick<SSEClient, "state" | "health" | "attempts">;

/** Options of {@link MillraceChatTransport}: those of the AI SDK's `DefaultChatTransport`, and how it comes back. */
export type MillraceChatTransportOptions<Message extends UIMessage> = HttpChatTransportInitOptions<Message> & {
  /** As of an `SSEClient`. Default: `attempts` 10 in a row, then the answer fails as disconnected. */
  readonly retry?: RetryOptions;
  /** A connection that is silent for so long is made again, in milliseconds. Default: what the server says, else 45000. */
  readonly silenceMs?: number;
  /** Called with each change of an answer's connection. */
  readonly onConnectionChange?: (chatId: string, connection: ChatConnection) => void;
};

type SendOptions<Message extends UIMessage> = Parameters<ChatTransport<Message>["sendMessages"]>[0];
type ReconnectOptions<Message extends UIMessage> = Parameters<ChatTransport<Message>["reconnectToStream"]>[0];
type Asked<Message extends UIMessage> = Omit<ReconnectOptions<Message>, "abortSignal">;
type Fetch = NonNullable<HttpChatTransportInitOptions<UIMessage>["fetch"]>;

const RETRY: RetryOptions = { attempts: 10 };

/**
 * A transport for `useChat` whose answers survive the network: what is cut goes on at the byte where it was, without `useChat` being told. The server's routes are those of
 * `createChat`; with others it is the AI SDK's own.
 *
 * @example
 * const { messages, sendMessage } = useChat({ id, resume: true, transport: new MillraceChatTransport() });
 */
export class MillraceChatTransport<Message extends UIMessage = UIMessage> implements ChatTransport<Message> {
  /** For `useChat`: what `reconnectToStream` gives begins at the answer's beginning. */
  readonly resumeStreamIsReplay = true;
  readonly #options: MillraceChatTransportOptions<Message>;

  constructor(options: MillraceChatTransportOptions<Message> = {}) {
    this.#options = options;
  }

  /** Sends the messages, and gives the answer's parts, whatever becomes of the connection meanwhile. */
  sendMessages(options: SendOptions<Message>): ReturnType<ChatTransport<Message>["sendMessages"]> {
    return this.#over(options, options.abortSignal).sendMessages(options);
  }

  /** The answer that goes on, from its beginning; null where there is none. */
  reconnectToStream(options: ReconnectOptions<Message>): ReturnType<ChatTransport<Message>["reconnectToStream"]> {
    return this.#over(options, options.abortSignal).reconnectToStream(options);
  }

  /**
   * Ends the chat's answer on the server, for all its readers: `stop()` of `useChat` leaves it, and it goes on. Whether there was one.
   *
   * @throws Error where the server does not do it.
   */
  async stop(options: Asked<Message>): Promise<boolean> {
    const { url, init } = await this.#resumption(options);
    const response = await this.#fetch(url, { ...init, method: "DELETE" });
    if (!response.ok) throw new Error((await response.text()) || `The server has answered ${response.status}`);
    return Object(await response.json().catch(() => null)).stopped === true;
  }

  /** The AI SDK's transport over an answer that comes back by itself. */
  #over(options: Asked<Message>, signal: AbortSignal | undefined): DefaultChatTransport<Message> {
    const { retry, silenceMs, onConnectionChange } = this.#options;
    const fetch: Fetch = async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("Accept", "text/event-stream, application/problem+json");
      headers.set(NOTICES_HEADER, "true");
      const response = await this.#fetch(input, { ...init, headers });
      return resilientAnswer(response, {
        ...{ retry: { ...RETRY, ...retry }, silenceMs, signal },
        again: async () => this.#resumption(options),
        fetch: (url, init) => this.#fetch(url, init),
        changed: (connection) => told(() => onConnectionChange?.(options.chatId, connection)),
      });
    };
    return new DefaultChatTransport<Message>({ ...this.#usual(), fetch });
  }

  /** The request for what goes on in a chat, as the options have it. */
  async #resumption(options: Asked<Message>): Promise<{ url: string; init: RequestInit }> {
    let asked: { url: string; init: RequestInit } | undefined;
    const fetch: Fetch = async (input, init = {}) => {
      const { signal: _, ...others } = init;
      asked = { url: String(input), init: others };
      return new Response(null, { status: 204 });
    };
    await new DefaultChatTransport<Message>({ ...this.#usual(), fetch }).reconnectToStream(options);
    if (asked === undefined) throw new TypeError("reconnectToStream has made no request");
    return asked;
  }

  #usual(): HttpChatTransportInitOptions<Message> {
    const { retry, silenceMs, onConnectionChange, ...usual } = this.#options;
    return usual;
  }

  /** Looked up at each call, for others may replace it. */
  get #fetch(): Fetch {
    return this.#options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }
}

/** What the application's own function throws is its own, and the answer goes on. */
function told(call: () => unknown): void {
  void (async () => call())().catch((error: unknown) => console.error(error));
}
