/** A URL with more behind its query, which may be empty: `name=value&…`, encoded. */
export function withQuery(url: string, more: string): string {
  const [path = "", hash = ""] = url.split("#", 2);
  return `${path}${path.includes("?") ? "&" : "?"}${more}${hash && `#${hash}`}`;
}
