/** A set from which one is drawn, by chance or in turn, in the same short time whatever its size. */
import type { Random } from './random';

export class Pool<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();
  #turn = 0;

  get size(): number {
    return this.#items.length;
  }

  /** Puts an item in or takes it out; repeating it does no harm. */
  update(item: T, belongs: boolean): void {
    const place = this.#places.get(item);
    if (belongs && place === undefined) {
      this.#places.set(item, this.#items.length);
      this.#items.push(item);
    } else if (!belongs && place !== undefined) {
      this.#remove(item, place);
    }
  }

  draw(random: Random): T | undefined {
    return this.#items[random.whole(0, this.#items.length - 1)];
  }

  /** One after the other, round and round. */
  nextInTurn(): T | undefined {
    this.#turn = (this.#turn + 1) % Math.max(1, this.#items.length);
    return this.#items[this.#turn];
  }

  /** The last item takes the place that becomes free. */
  #remove(item: T, place: number): void {
    const last = this.#items.pop();
    this.#places.delete(item);
    if (last === undefined || last === item) return;
    this.#items[place] = last;
    this.#places.set(last, place);
  }
}
