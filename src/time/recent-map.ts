/** A Map that forgets: it keeps the newest entries, and costs no more than a Map. */

export class RecentMap<Key, Value extends object | string | number> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** The newest `capacity` entries are kept, and never more than twice as many. */
  constructor(private readonly capacity: number) {}

  get(key: Key): Value | undefined {
    if (this.#isEmpty) return undefined;
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.capacity && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: Key): void {
    if (this.#isEmpty) return;
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Spares the look into two tables, where there is mostly nothing to remember. */
  get #isEmpty(): boolean {
    return this.#young.size === 0 && this.#old.size === 0;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
