/** What events lead to: it takes them one by one, and shows what it has made of them. */
export interface Reduction<View> {
  take(type: string, data: unknown): void;
  /** The same object until something that matters was taken. */
  view(): View;
}
