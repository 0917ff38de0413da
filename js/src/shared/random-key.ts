/**
 * 32 hexadecimal digits, hard to guess where there is `crypto`. `crypto.randomUUID` is there in secure contexts only; old test environments have no `crypto` at all.
 */
export function randomKey(): string {
  const bytes = new Uint8Array(16);
  const random = typeof crypto === "undefined" ? bytes.map(() => Math.random() * 256) : crypto.getRandomValues(bytes);
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
