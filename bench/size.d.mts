/** What a page loads for each client entry, in bytes, without React. */
export function measure(): Promise<Record<string, { minified: number; gzip: number; brotli: number }>>;
