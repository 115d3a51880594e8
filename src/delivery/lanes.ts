/** One event of a vehicle after the other: which may set out, and which wait for the one before. */

interface Lane<Item> {
  /** The one that has set out. */
  ahead: Item;
  /** In the order in which they came; those before `next` have set out. */
  waiting: Item[];
  next: number;
}

export class Lanes<Item extends object> {
  readonly #lanes = new Map<string, Lane<Item>>();
  readonly #ready: Item[] = [];
  #isSettingOut = false;

  constructor(private readonly outputs: { setOut(item: Item): void }) {}

  /** Sets out at once, or when those before it in its lane have left. Without a lane it never waits. */
  enter(name: string | undefined, item: Item): void {
    const lane = name === undefined ? undefined : this.#lanes.get(name);
    if (lane) {
      lane.waiting.push(item);
      return;
    }
    if (name !== undefined) this.#lanes.set(name, { ahead: item, waiting: [], next: 0 });
    this.outputs.setOut(item);
  }

  /** It has ended, or lets the others pass: the next one sets out. Does nothing for one that is not ahead. */
  leave(name: string | undefined, item: Item): void {
    const lane = name === undefined ? undefined : this.#lanes.get(name);
    if (name === undefined || lane?.ahead !== item) return;
    const next = lane.waiting[lane.next];
    if (next === undefined) {
      this.#lanes.delete(name);
      return;
    }
    lane.ahead = next;
    lane.next += 1;
    // drops what has set out now and then, so that a lane is never much longer than what waits in it
    if (lane.next > lane.waiting.length / 2) {
      lane.waiting = lane.waiting.slice(lane.next);
      lane.next = 0;
    }
    this.#ready.push(next);
    this.#setOutReady();
  }

  /** Those of a lane, or of all, that have not set out leave it; nothing sets out for that. */
  dismiss(name?: string): Item[] {
    const lanes = name === undefined ? [...this.#lanes.values()] : [this.#lanes.get(name)];
    return lanes.flatMap((lane) => {
      if (!lane) return [];
      const waiting = lane.waiting.slice(lane.next);
      lane.waiting = [];
      lane.next = 0;
      return waiting;
    });
  }

  /** All leave, and none sets out for that. */
  clear(): void {
    this.#lanes.clear();
    this.#ready.length = 0;
  }

  /** One that ends as soon as it sets out lets the next one set out: in a loop, not one inside the other. */
  #setOutReady(): void {
    if (this.#isSettingOut) return;
    this.#isSettingOut = true;
    try {
      for (let item = this.#ready.shift(); item; item = this.#ready.shift()) {
        this.outputs.setOut(item);
      }
    } finally {
      this.#isSettingOut = false;
    }
  }
}
