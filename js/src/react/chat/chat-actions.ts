import { areMessages } from "../../shared/chat/are-messages.js";
import type { ChatMessage } from "../../shared/chat/events.js";
import { randomKey } from "../../shared/random-key.js";
import { withQuery } from "../../shared/with-query.js";
import { encodePart } from "../encode-part.js";
import type { ChatAnswerView } from "./chat-reduction.js";
import type { Conversation } from "./conversation.js";
import type { ChatStream, SentChatMessage, UseChatStreamOptions } from "./types.js";

/** What is asked of the server: a message's answer, or the answer that goes on. */
export interface Asked {
  readonly url: string;
  /** Of the answer, where it is this page's. */
  readonly id: string;
  readonly query: string;
  /** What is sent; undefined where nothing is. */
  readonly body?: string;
}

/** What the actions look at, when they are called. */
export interface Latest {
  readonly options: UseChatStreamOptions;
  readonly url: string | null;
  readonly conversation: Conversation;
  asked: Asked | null;
  readonly view: ChatAnswerView;
}
type Actions = Pick<ChatStream, "send" | "stop" | "regenerate" | "setMessages">;

/** The hook's functions: they look at what is there when they are called. */
export function actionsOf(latest: () => Latest, setAsked: (asked: Asked | null) => void): Actions {
  /** What has come of an answer that is left stays. */
  const keepPart = () => {
    const { view, conversation } = latest();
    if (view.id === null || view.content === "" || conversation.hasWhole(view.id)) return;
    conversation.put({ id: view.id, role: "assistant", content: view.content, isPartial: true });
  };
  /** @throws what the application's own function throws, and TypeError for what is no JSON: before anything has happened. */
  const bodyOf = (messages: readonly ChatMessage[], trigger: "send" | "regenerate"): string => {
    const { url, options } = latest();
    if (url === null) throw new TypeError("useChatStream has no URL yet");
    const { body } = options;
    const sent = typeof body === "function" ? body(messages, trigger) : { ...body, messages, trigger };
    const text: string | undefined = JSON.stringify(sent);
    if (text === undefined) throw new TypeError("body must give what is to be sent");
    return text;
  };
  const ask = (body: string) => {
    const id = randomKey();
    setAsked({ url: latest().url ?? "", id, query: `answerId=${id}`, body });
  };
  return {
    send: (given) => {
      const { conversation, options } = latest();
      const { id = randomKey(), ...said } = typeof given === "string" ? ({ content: given } as SentChatMessage) : given;
      if (said.content === "") return;
      const message: ChatMessage = { id, ...said, role: "user" };
      if (!areMessages([message]))
        throw new TypeError("send takes a text, or an object with a content and perhaps an id");
      keepPart();
      const body = bodyOf([...conversation.messages(), message], "send");
      conversation.put(message);
      ask(body);
      options.onMessage?.(message);
    },
    stop: async () => {
      const { url, asked, view, options } = latest();
      if (url === null || asked === null || view.done !== null) return false;
      const answerId = view.id ?? (asked.body === undefined ? undefined : asked.id);
      if (answerId === undefined) return false;
      const address = withQuery(url, `answerId=${encodePart(answerId)}`);
      const stopped = await stopAnswer(address, options);
      if (stopped === undefined) addEventListener("online", () => void stopAnswer(address, options), { once: true });
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
      const before = messages.slice(0, at + 1);
      const body = bodyOf(before, "regenerate");
      conversation.set(before);
      ask(body);
    },
    setMessages: (given) => {
      const { conversation } = latest();
      const messages = typeof given === "function" ? given(conversation.messages()) : given;
      if (!areMessages(messages)) throw new TypeError("messages must be a list of { id, role, content }");
      conversation.set([...messages]);
    },
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
