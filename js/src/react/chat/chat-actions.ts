import type { ChatMessage } from "../../shared/chat/events.js";
import { randomKey } from "../../shared/random-key.js";
import { withQuery } from "../../shared/with-query.js";
import { encodePart } from "../encode-part.js";
import type { ChatAnswerView } from "./chat-reduction.js";
import type { Conversation } from "./conversation.js";
import type { ChatStream, UseChatStreamOptions } from "./types.js";

/** What is asked of the server: a message's answer, or the answer that goes on. */
export interface Asked {
  readonly url: string;
  /** Of the answer, where it is this page's. */
  readonly id: string;
  readonly query: string;
  /** What is sent; undefined where nothing is. */
  readonly body?: string;
}

const NO_URL = "useChatStream has no URL yet";

/** What the actions look at, when they are called. */
export interface Latest {
  readonly options: UseChatStreamOptions;
  readonly url: string | null;
  readonly conversation: Conversation;
  readonly asked: Asked | null;
  readonly view: ChatAnswerView;
}
type Actions = Pick<ChatStream, "send" | "stop" | "regenerate" | "setMessages">;

/** The hook's functions: they look at what is there when they are called. */
export function actionsOf(latest: () => Latest, setAsked: (asked: Asked | null) => void): Actions {
  /** What has come of an answer that is left stays. */
  const keepPart = () => {
    const { view, conversation } = latest();
    if (view.id === null || view.content === "") return;
    conversation.put({ id: view.id, role: "assistant", content: view.content, isStopped: true });
  };
  const ask = (trigger: "send" | "regenerate") => {
    const { url, conversation, options } = latest();
    if (url === null) throw new TypeError(NO_URL);
    const messages = conversation.messages();
    const { body } = options;
    const sent = typeof body === "function" ? body(messages, trigger) : { ...body, messages, trigger };
    const id = randomKey();
    setAsked({ url, id, query: `answerId=${id}`, body: JSON.stringify(sent) });
  };
  return {
    send: (given) => {
      const { conversation, options } = latest();
      const said = typeof given === "string" ? { content: given } : given;
      if (typeof said?.content !== "string") throw new TypeError("send takes a text, or an object with a content");
      if (latest().url === null) throw new TypeError(NO_URL);
      const message: ChatMessage = { id: randomKey(), ...said, role: "user" };
      keepPart();
      conversation.put(message);
      ask("send");
      options.onMessage?.(message);
    },
    stop: async () => {
      const { url, asked, view, options } = latest();
      if (url === null || asked === null || view.done !== null) return false;
      const answerId = view.id ?? (asked.body === undefined ? undefined : asked.id);
      if (answerId === undefined) return false;
      const stopped = await stopAnswer(withQuery(url, `answerId=${encodePart(answerId)}`), options);
      // The server has not heard of it, or cannot be reached: then it is left.
      if (stopped === undefined || (!stopped && latest().view.id === null)) {
        keepPart();
        setAsked(null);
      }
      return stopped === true;
    },
    regenerate: () => {
      const { conversation } = latest();
      const messages = conversation.messages();
      const at = messages.map(({ role }) => role).lastIndexOf("user");
      if (at < 0) return;
      conversation.set(messages.slice(0, at + 1));
      ask("regenerate");
    },
    setMessages: (messages) => latest().conversation.set([...messages]),
  };
}

/** Undefined: the server cannot be reached, or does not do it. */
async function stopAnswer(
  url: string,
  { headers, fetch: given, withCredentials }: UseChatStreamOptions,
): Promise<boolean | undefined> {
  try {
    const response = await (given ?? fetch)(new URL(url, document.baseURI).href, {
      method: "DELETE",
      headers: new Headers((await (typeof headers === "function" ? headers() : headers)) ?? {}),
      credentials: withCredentials ? "include" : "same-origin",
    });
    if (!response.ok) return undefined;
    return Object(await response.json()).stopped === true;
  } catch {
    return undefined;
  }
}
