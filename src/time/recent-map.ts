/** A Map that forgets: it keeps the newest entries, and costs no more than a Map. */

export class RecentMap<Key, Value extends object | string | number> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** The newest `capacity` entries are kept, and never more than twice as many. */
  constructor(private readonly capacity: number) {}

  get(key: Key): Value | undefined {
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
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
