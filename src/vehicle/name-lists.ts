/**
 * Lists of property names, each kept once: vehicles that report the same properties share one.
 *
 * Events bring their properties mostly in few different orders, so an order that was seen before is
 * found by a walk from name to name, and sorted once.
 */

/** Names in order, and where each of them stood before. */
export interface SortedNames {
  readonly names: readonly string[];
  /** Of each name in `names`: its place in what was asked for. Undefined = they were in order already. */
  readonly places: readonly number[] | undefined;
}

interface Branch {
  readonly next: Map<string, Branch>;
  sorted?: SortedNames;
}

export class NameLists {
  #root: Branch = { next: new Map() };
  #branches = 0;

  /** Beyond so many branches all is forgotten: lists that are in use stay as they are, and are shared no more. */
  constructor(private readonly maxBranches = 20_000) {}

  /** `names`: none of them twice. */
  sorted(names: readonly string[]): SortedNames {
    const branch = this.#walk(names);
    branch.sorted ??= this.#sort(names);
    return branch.sorted;
  }

  /** The one list with these names, which are in order. */
  shared(names: readonly string[]): readonly string[] {
    return this.sorted(names).names;
  }

  #walk(names: readonly string[]): Branch {
    let branch = this.#root;
    for (const name of names) {
      let next = branch.next.get(name);
      if (next === undefined) {
        next = { next: new Map() };
        branch.next.set(name, next);
        this.#branches += 1;
      }
      branch = next;
    }
    if (this.#branches > this.maxBranches) {
      this.#root = { next: new Map() };
      this.#branches = 0;
    }
    return branch;
  }

  #sort(names: readonly string[]): SortedNames {
    const isInOrder = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
    if (isInOrder) return { names: [...names], places: undefined };
    const places = names.map((_, index) => index);
    places.sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
    return { names: this.shared(places.map((place) => names[place] ?? '')), places };
  }
}
