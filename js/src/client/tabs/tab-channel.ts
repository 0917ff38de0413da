import type { TabPlatform } from "./tab-host.js";
import { readMessage, type TabMessage } from "./tab-message.js";

type WithoutFrom<Message> = Message extends unknown ? Omit<Message, "from"> : never;

/** The BroadcastChannel of one connection, in one tab; while it is closed, nothing is heard and nothing said. */
export class TabChannel {
  /** What the others know this tab by. */
  readonly tab = randomName();
  readonly #name: string;
  readonly #platform: Pick<TabPlatform, "open">;
  readonly #hear: (message: TabMessage) => void;
  #channel: ReturnType<TabPlatform["open"]> | undefined;

  constructor(name: string, platform: Pick<TabPlatform, "open">, hear: (message: TabMessage) => void) {
    this.#name = name;
    this.#platform = platform;
    this.#hear = hear;
  }

  open(): void {
    this.#channel = this.#platform.open(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent) => {
      const message = readMessage(data);
      if (message) this.#hear(message);
    };
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  post(message: WithoutFrom<TabMessage>): void {
    this.#channel?.postMessage({ ...message, from: this.tab });
  }
}

/** `crypto.randomUUID` is there in secure contexts only, as the locks are; a test may lack it. */
export function randomName(): string {
  return `${Math.random()}`.slice(2) + `${Math.random()}`.slice(2);
}
