import type { Price } from "./catalogue";
import type { ChatEnd, ChatStart, ChatToken } from "./chat";

/** A message that somebody sends to everyone. */
export interface Notice {
  from: string;
  text: string;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

/** Every event of the demo: what the server publishes, and what the page listens to. */
export interface DemoEvents {
  /** Sent to one tab alone, when it has connected: the name under which its stream can be dropped. */
  hello: { stream: string };
  stats: { connections: number };
  "build.started": { id: string };
  price: Price;
  /** Pages that show prices are new. */
  revalidated: object;
  "chat.start": ChatStart;
  "chat.token": ChatToken;
  "chat.end": ChatEnd;
  notify: Notice;
}

/** One event as the page gets it. */
export type DemoEvent = { [Type in keyof DemoEvents]: { type: Type; data: DemoEvents[Type] } }[keyof DemoEvents];
