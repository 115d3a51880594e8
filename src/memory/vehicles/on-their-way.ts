/** How many decisions of a store wait for the end of their deliveries: it closes after them. */
export class OnTheirWay {
  #count = 0;
  readonly #watchers: (() => void)[] = [];

  add(): void {
    this.#count += 1;
  }

  remove(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const tell of this.#watchers.splice(0)) tell();
  }

  /** Resolves when none waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count === 0) resolve();
      else this.#watchers.push(resolve);
    });
  }
}
