/** Whether a page can have a connection: `hidden`, others may not see it; `away`, it is frozen, or hidden away to be restored. */
export type Presence = "here" | "hidden" | "away";

/** Where the page of a tab is, and whether the tab can have the shared connection there. */
export class TabPage {
  readonly #pausesWhenHidden: boolean;
  #presence: Presence = "here";
  #leave = () => {};

  constructor(pausesWhenHidden: boolean) {
    this.#pausesWhenHidden = pausesWhenHidden;
  }

  get isAble(): boolean {
    return this.#presence === "here" || (this.#presence === "hidden" && !this.#pausesWhenHidden);
  }

  /** Says whenever the page is elsewhere, and whether the tab was able to have the connection before; also at once. */
  follow(
    follow: (put: (presence: Presence) => void) => () => void,
    moved: (presence: Presence, wasAble: boolean) => void,
  ): void {
    this.#leave = follow((presence) => {
      if (presence === this.#presence) return;
      const wasAble = this.isAble;
      this.#presence = presence;
      moved(presence, wasAble);
    });
  }

  /** Says nothing more. */
  leave(): void {
    this.#leave();
  }
}
