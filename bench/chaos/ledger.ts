/** What has reached the disk: how often each id stands in the file that the end of the flow writes. */
import fs from 'node:fs';

const newline = 0x0a;

export class Ledger {
  readonly #descriptor: number;
  readonly #chunk = Buffer.alloc(65_536);
  readonly #counts = new Map<string, number>();
  #position = 0;

  constructor(readonly file: string) {
    this.#descriptor = fs.openSync(file, 'a+');
  }

  /** Looks what was written meanwhile, and returns how many different ids there are. */
  read(): number {
    for (;;) {
      const length = fs.readSync(this.#descriptor, this.#chunk, { position: this.#position });
      // a line that is being written at this moment is read the next time
      const end = this.#chunk.subarray(0, length).lastIndexOf(newline) + 1;
      if (end === 0) return this.#counts.size;
      for (const id of this.#chunk.toString('latin1', 0, end - 1).split('\n')) {
        this.#counts.set(id, this.timesOf(id) + 1);
      }
      this.#position += end;
    }
  }

  timesOf(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}
