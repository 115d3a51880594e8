/** Topics of this Node-RED that read the same queue: the broker gives each event to only one of them, and says nothing. */

interface Reader {
  /** Which queue, on which broker. */
  readonly queue: string;
  /** What people call the topic. */
  readonly name: string;
}

export class SharedQueues {
  readonly #readers = new Set<Reader>();

  /** The returned function takes the reader out again. */
  join(reader: Reader): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  /** A sentence about those that read the queue of this reader too; undefined where there are none. */
  warningFor(reader: Reader): string | undefined {
    const others = [...this.#readers].filter(
      (other) => other !== reader && other.queue === reader.queue,
    );
    if (others.length === 0) return undefined;
    const names = others.map(({ name }) => JSON.stringify(name)).join(', ');
    return `This queue has another reader here, so each event reaches only one: ${names}. Wire all flows to one topic node, or give the other one a queue of its own.`;
  }
}
