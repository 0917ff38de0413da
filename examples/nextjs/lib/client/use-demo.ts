import { type SSEMessage, useEventSource } from "millrace/react";
import { useEffect, useMemo, useReducer, useState } from "react";
import { eventsUrl } from "../channels";
import type { DemoEvents } from "../events";
import { Received } from "./received";
import { emptyState, reduce } from "./state";
import { useTab } from "./tab";

declare global {
  interface Window {
    /** What the hook has delivered, for the console and the tests. */
    millraceDemo?: Received;
  }
}

/** The page's one connection, and what its events have told. */
export function useDemo() {
  const tab = useTab();
  const received = useMemo(() => new Received(), []);
  const [state, arrive] = useReducer(reduce, emptyState);
  const [opened, setOpened] = useState(0);

  const connection = useEventSource<DemoEvents>(tab === null ? null : eventsUrl(tab), {
    historySize: 0,
    onMessage: ({ type, json, id }) => {
      // One by one they are told apart by their types, which the compiler does not follow.
      const message = { event: type, type, data: json, id, lastEventId: id } as SSEMessage<DemoEvents>;
      arrive({ message, isDuplicate: received.add(message) });
    },
    onOpen: () => setOpened((count) => count + 1),
  });

  useEffect(() => {
    window.millraceDemo = received;
  }, [received]);

  return { tab, connection, reconnects: Math.max(0, opened - 1), ...state };
}

export type Demo = ReturnType<typeof useDemo>;
