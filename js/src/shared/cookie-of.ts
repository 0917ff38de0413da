/** A request, as far as its headers go. */
export interface WithHeaders {
  readonly headers: { get(name: string): string | null };
}

/** The value of a cookie; undefined where there is none, or two that differ. */
export function cookieOf({ headers }: WithHeaders, name: string): string | undefined {
  const values = (headers.get("cookie") ?? "")
    .split(";")
    // Other white space is a part of a name, which is not the browser's `__Host-` then.
    .map((one) => one.replace(/^[ \t]+|[ \t]+$/g, "").split("="))
    .filter(([key]) => key === name)
    .map(([, ...value]) => value.join("=").replace(/^"(.*)"$/, "$1"));
  return values.every((value) => value === values[0]) && values[0] !== "" ? values[0] : undefined;
}
