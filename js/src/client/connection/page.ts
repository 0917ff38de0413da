/** What the page does, as the session hears it; `restored`: from the back-forward cache, which took its connections. */
export type PageInput = "online" | "offline" | "visible" | "hidden" | "restored";

/**
 * Tells `put` how the page is, where there is one, and then what it does. `hidden` is told only if the connection may be opened
 * again. `begun` is given what ends it, before anything is told: that may have listeners that end the client.
 */
export function followPage(
  put: (input: PageInput) => void,
  mayReopen: () => boolean,
  begun: (leave: () => void) => void,
): void {
  const { document, navigator, addEventListener } = globalThis as Partial<Window & typeof globalThis>;
  if (addEventListener === undefined) return;
  const heard: [EventTarget | undefined, string, (event: Event) => void][] = [
    [globalThis, "online", () => put("online")],
    [globalThis, "offline", () => put("offline")],
    [globalThis, "pageshow", (event) => (event as PageTransitionEvent).persisted && put("restored")],
    [document, "visibilitychange", () => (document?.hidden ? mayReopen() && put("hidden") : put("visible"))],
    [document, "resume", () => document?.hidden || put("visible")], // after the browser has frozen it
  ];
  for (const [target, type, run] of heard) target?.addEventListener(type, run);
  begun(() => {
    for (const [target, type, run] of heard) target?.removeEventListener(type, run);
  });
  put(navigator?.onLine === false ? "offline" : "online");
  if (document?.hidden && mayReopen()) put("hidden");
}
