/** What browsers allow at a time to one host over HTTP/1.1, in all their tabs together. */
const MOST_CONNECTIONS = 6;

let hasWarned = false;

/**
 * Counts a stream that has opened, over all tabs, and warns once a page when they are as many as a browser allows over
 * HTTP/1.1: the next stream, and any navigation, would wait without a word. Pages behind TLS mostly have HTTP/2, where that
 * is no limit.
 *
 * @returns what is to be called at its end.
 */
export function countStream(url: string): () => void {
  const { origin, protocol } = new URL(url);
  const { document, navigator } = globalThis as Partial<Window & typeof globalThis>;
  if (document === undefined || protocol !== "http:" || navigator?.locks == null) return () => {};
  const { locks } = navigator;
  const name = `millrace stream to ${origin}`;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const hold = async () => {
    const { held = [] } = await locks.query();
    if (held.filter((lock) => lock.name === name).length >= MOST_CONNECTIONS && !hasWarned) {
      hasWarned = true;
      console.warn(
        `Millrace: ${MOST_CONNECTIONS} event streams to ${origin} are open in this browser, and over HTTP/1.1 it allows no more connections to one host: the next stream waits, and so does every request. Let the tabs share one connection (shareAcrossTabs), or serve the page over HTTP/2. (This is said in development only.)`,
      );
    }
    await ended;
  };
  locks.request(name, { mode: "shared" }, hold).catch(() => {});
  return end;
}
