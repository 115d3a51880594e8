/** What goes out to one client: written in few pieces, and told when the client does not keep up. */
import type { Duplex } from 'node:stream';

export class Output {
  /** Octets that may wait for the client. */
  readonly #limit: number;
  #corked = false;
  #sent = 0;

  constructor(
    private readonly stream: Duplex,
    limit: number,
  ) {
    // Below its own mark the stream would not tell when there is room again.
    this.#limit = Math.max(limit, stream.writableHighWaterMark);
  }

  /** Octets sent so far; a heartbeat is needed only where this does not grow. */
  get sent(): number {
    return this.#sent;
  }

  /** The client reads slower than it is written to. */
  get isCongested(): boolean {
    return this.stream.writableLength > this.#limit;
  }

  write(bytes: Buffer): void {
    if (this.stream.destroyed || this.stream.writableEnded) return;
    this.#sent += bytes.length;
    this.#cork();
    this.stream.write(bytes);
  }

  /** What is written in one turn goes out together. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.stream.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.stream.uncork();
    });
  }
}
