/** Brings open files to the disk, and closes each only when that is over: its number might be another file's by then. */
import fs from 'node:fs';

export class Descriptors {
  /** How many syncs of each are on their way. */
  readonly #syncs = new Map<number, number>();
  readonly #closing = new Set<number>();

  sync(descriptor: number, done: (error: Error | null) => void): void {
    this.#syncs.set(descriptor, (this.#syncs.get(descriptor) ?? 0) + 1);
    fs.fdatasync(descriptor, (error) => {
      const others = (this.#syncs.get(descriptor) ?? 1) - 1;
      if (others > 0) this.#syncs.set(descriptor, others);
      else this.#syncs.delete(descriptor);
      if (others === 0 && this.#closing.delete(descriptor)) fs.closeSync(descriptor);
      done(error);
    });
  }

  close(descriptor: number): void {
    if (this.#syncs.has(descriptor)) this.#closing.add(descriptor);
    else fs.closeSync(descriptor);
  }
}
