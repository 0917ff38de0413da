/** @throws TypeError for what is no hub. */
export function requireHub(of: string, hub: unknown): void {
  const { name, stats } = (hub ?? {}) as { readonly name?: unknown; readonly stats?: unknown };
  if (typeof name === "string" && typeof stats === "function") return;
  throw new TypeError(`${of} takes a hub, as createHub makes it`);
}
