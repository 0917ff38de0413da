/** What a page tells a connection. */
export interface PageListener {
  online(): void;
  offline(): void;
  visible(): void;
  hidden(): void;
  /** The page comes back from the back-forward cache, without its connections. */
  restored(): void;
}

/** Listens to the page, where there is one. Returns what ends it. */
export function watchPage(listener: PageListener): () => void {
  const { document, addEventListener } = globalThis as Partial<Window & typeof globalThis>;
  if (addEventListener === undefined) return () => {};
  const stop = new AbortController();
  const listen = (target: EventTarget | undefined, type: string, run: (event: Event) => void) =>
    target?.addEventListener(type, run, { signal: stop.signal });
  listen(globalThis, "online", () => listener.online());
  listen(globalThis, "offline", () => listener.offline());
  listen(globalThis, "pageshow", (event) => (event as PageTransitionEvent).persisted && listener.restored());
  listen(document, "visibilitychange", () => (document?.hidden ? listener.hidden() : listener.visible()));
  listen(document, "resume", () => listener.visible()); // after the browser has frozen it
  return () => stop.abort();
}
