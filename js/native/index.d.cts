/** The addon for this platform, or why there is none. For Millrace's own code. */
declare const native: {
  readonly binding: object | null;
  readonly error: Error | null;
  readonly target: string;
};
export = native;
