"use client";

import { type ComponentType, type ReactElement, useEffect, useState } from "react";
import type { RefreshOnEventProps } from "./refresher.js";

/**
 * Has a page of server components rendered anew (`router.refresh()`) when events come: at once, then at most once in `everyMs`, and only while the page
 * is visible. Components that use the same stream share its connection. It shows nothing.
 *
 * @example
 * <RefreshOnEvent url="/api/events" events={["product"]} />
 */
export function RefreshOnEvent(props: RefreshOnEventProps): ReactElement | null {
  // Loaded in the page, and only there: whoever imports `millrace/next` elsewhere needs nothing of Next's client.
  const [Refresher, setRefresher] = useState<ComponentType<RefreshOnEventProps> | null>(null);
  useEffect(() => {
    let isMounted = true;
    void import("./refresher.js").then((module) => {
      if (isMounted) setRefresher(() => module.Refresher);
    });
    return () => {
      isMounted = false;
    };
  }, []);
  return Refresher && <Refresher {...props} />;
}
