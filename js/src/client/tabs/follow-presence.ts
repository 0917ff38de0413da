import type { Presence } from "./tab-page.js";

/** Says where the page is, whenever that changes. Returns what ends it. */
export function followPresence(put: (presence: Presence) => void): () => void {
  const { document, addEventListener } = globalThis as Partial<Window & typeof globalThis>;
  if (addEventListener === undefined || document === undefined) return () => {};
  const here = () => put(document.hidden ? "hidden" : "here");
  const away = () => put("away");
  const heard: [EventTarget, string, () => void][] = [
    [globalThis, "pagehide", away],
    [globalThis, "pageshow", here],
    [document, "freeze", away],
    [document, "resume", here],
    [document, "visibilitychange", here],
  ];
  for (const [target, type, run] of heard) target.addEventListener(type, run);
  here();
  return () => {
    for (const [target, type, run] of heard) target.removeEventListener(type, run);
  };
}
