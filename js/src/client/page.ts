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
  const heard: [EventTarget | undefined, string, (event: Event) => void][] = [
    [globalThis, "online", () => listener.online()],
    [globalThis, "offline", () => listener.offline()],
    [globalThis, "pageshow", (event) => (event as PageTransitionEvent).persisted && listener.restored()],
    [document, "visibilitychange", () => (document?.hidden ? listener.hidden() : listener.visible())],
    [document, "resume", () => document?.hidden || listener.visible()], // after the browser has frozen it
  ];
  for (const [target, type, run] of heard) target?.addEventListener(type, run);
  return () => {
    for (const [target, type, run] of heard) target?.removeEventListener(type, run);
  };
}

/** Says how the page is, to who has not listened until now. */
export function tellPage(listener: PageListener): void {
  const { document, navigator } = globalThis as Partial<Window & typeof globalThis>;
  if (navigator?.onLine === false) listener.offline();
  else listener.online();
  if (document?.hidden) listener.hidden();
}
