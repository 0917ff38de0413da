import { areMessages } from "../../shared/chat/are-messages.js";
import type { ChatMessage } from "../../shared/chat/events.js";

/** Where messages are kept: `localStorage`, or what has its methods. */
export type ChatStorage = "local" | KeyValueStorage;

interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Options of a {@link Conversation}. */
export interface ConversationOptions {
  /** By which it is kept, and other tabs know it. */
  readonly key: string;
  readonly initial: readonly ChatMessage[];
  /** Asked each time, for a component may make another at each render. */
  readonly storage: () => ChatStorage | undefined;
  readonly isShared: boolean;
  /** Another tab has begun an answer. */
  readonly began: (answerId: string) => void;
}

/** Of those that are kept, the last ones. */
const MOST_KEPT = 500;

type TabMessage = { readonly messages: readonly ChatMessage[] } | { readonly began: string };

/** The messages of a conversation, as this page knows them; kept in a storage, and shared with other tabs, where that is wanted. */
export class Conversation {
  #messages: readonly ChatMessage[];
  #options: ConversationOptions;
  readonly #listeners = new Set<() => void>();
  #tabs: BroadcastChannel | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#messages = options.initial;
  }

  /** The same array until it is another. */
  readonly messages = (): readonly ChatMessage[] => this.#messages;

  /** Whether the message of that id is there, and not only a part of it. */
  hasWhole(id: string): boolean {
    return this.#messages.some((message) => message.id === id && message.isPartial !== true);
  }

  /** As a server renders it. */
  readonly initial = (): readonly ChatMessage[] => this.#options.initial;

  /** What is kept is read once somebody looks: a server's page has the initial ones. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#tabs?.close();
      this.#tabs = undefined;
    };
  };

  /** Appends it, or replaces the one of its id. Whether that says anything new. */
  put(message: ChatMessage): boolean {
    this.#addKept();
    const at = this.#messages.findIndex(({ id }) => id === message.id);
    if (JSON.stringify(this.#messages[at]) === JSON.stringify(message)) return false;
    this.set(at < 0 ? [...this.#messages, message] : this.#messages.map((other, n) => (n === at ? message : other)));
    return true;
  }

  /** Another tab, or component, may have kept more; what there was no room for is here alone. */
  #addKept(): void {
    const kept = new Map((this.#read() ?? []).map((message) => [message.id, message]));
    const known = this.#messages.map((message) => kept.get(message.id) ?? message);
    for (const { id } of known) kept.delete(id);
    this.#messages = [...known, ...kept.values()];
  }

  set(messages: readonly ChatMessage[]): void {
    this.#become(messages);
    this.#keep();
    this.#post({ messages });
  }

  /** Tells other tabs of an answer, which they may read too. */
  tellBegun(answerId: string): void {
    this.#post({ began: answerId });
  }

  #become(messages: readonly ChatMessage[]): void {
    this.#messages = messages;
    for (const listener of [...this.#listeners]) listener();
  }

  #open(): void {
    const { isShared, key } = this.#options;
    const kept = this.#read();
    if (kept !== undefined) this.#messages = kept;
    if (!isShared || typeof BroadcastChannel === "undefined") return;
    this.#tabs = new BroadcastChannel(nameOf(key));
    this.#tabs.onmessage = ({ data }: MessageEvent<unknown>) => {
      // Another version of the page may have sent it.
      const { messages, began } = Object(data);
      if (areMessages(messages)) this.#become(messages);
      else if (typeof began === "string" && /^[\w-]{8,128}$/.test(began)) this.#options.began(began);
    };
  }

  #post(message: TabMessage): void {
    try {
      this.#tabs?.postMessage(message);
    } catch {} // a message that cannot be cloned is this tab's alone
  }

  #read(): readonly ChatMessage[] | undefined {
    try {
      const kept: unknown = JSON.parse(this.#storage()?.getItem(nameOf(this.#options.key)) ?? "null");
      return areMessages(kept) ? kept : undefined;
    } catch {
      return undefined; // a page may not be let to its storage
    }
  }

  /** Where there is no room for all, for the newer half. */
  #keep(): void {
    const storage = this.#storage();
    if (storage === undefined) return;
    for (let kept = this.#messages.slice(-MOST_KEPT); ; kept = kept.slice(Math.ceil(kept.length / 2))) {
      try {
        const keeping: unknown = storage.setItem(nameOf(this.#options.key), JSON.stringify(kept));
        Promise.resolve(keeping).catch(() => {}); // one that is asynchronous is none that can be read, but may be written
        return;
      } catch {
        if (kept.length === 0) return;
      }
    }
  }

  #storage(): Pick<Storage, "getItem" | "setItem"> | undefined {
    try {
      const storage = this.#options.storage();
      return storage === "local" ? globalThis.localStorage : storage;
    } catch {
      return undefined;
    }
  }
}

const nameOf = (key: string) => `millrace chat ${key}`;
