const DEADLINE_MS = 30_000;

/** Something that changes, and can be waited for. */
export abstract class Observed {
  #onChange: (() => void)[] = [];

  /** What is shown when a condition never comes true. */
  protected abstract describe(): unknown;

  protected changed(): void {
    for (const resume of this.#onChange.splice(0)) resume();
  }

  /** Resolves when the condition holds; it is looked at after every change. */
  async until(condition: () => boolean): Promise<void> {
    const asked = new Error("The condition did not come true");
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.changed();
    }, DEADLINE_MS);
    while (!condition() && !isLate) await new Promise<void>((resolve) => this.#onChange.push(resolve));
    clearTimeout(timer);
    if (isLate) throw Object.assign(asked, { message: `Not so: ${condition}\n${JSON.stringify(this.describe())}` });
  }
}
