/** In bytes. */
export interface Size {
  minified: number;
  gzip: number;
  brotli: number;
}

/** What a page loads for each client entry, without React: before it asks for the stream, in all, and besides. */
export function measure(): Promise<
  Record<string, { asking: Size; all: Size; features: Record<string, Size>; inputs: string[] }>
>;
