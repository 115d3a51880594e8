/** What a contestant is: a program that empties a queue and counts its events with a Meter. */

/** What a program is told; it reads it from its environment. */
export interface Job {
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  readonly queue: string;
  readonly prefetch: number;
  /** Events before the measurement begins, in which code is compiled and caches fill. At least 1. */
  readonly warmUp: number;
  /** Events that are measured. */
  readonly events: number;
  /** Look at the memory each time after so many events; without it, never. */
  readonly sampleEvery?: number;
}

export interface Contestant {
  /** In tables and messages. */
  readonly name: string;
  /** Makes ready a program for one measurement. */
  prepare(job: Job): Program;
}

/** A JavaScript file to run with this Node.js. On SIGTERM it answers its deliveries and ends. */
export interface Program {
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Removes what was made ready. */
  dispose?(): void;
}
