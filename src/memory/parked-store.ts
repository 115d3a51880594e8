/** The port to where events are parked that left by output 2 with nothing wired there, bounded, the oldest go first. */

/** What is listed of a parked event. */
export interface ParkedSummary {
  /** of the parking; an event that is parked twice has two */
  readonly id: string;
  /** id of the node that parked it */
  readonly node: string;
  readonly topic: string;
  /** id and type of the event, where they could be read */
  readonly eventId: string | undefined;
  readonly type: string | undefined;
  /** the code of its error */
  readonly reason: string;
  /** milliseconds since 1970 */
  readonly parkedAt: number;
}

export interface ParkedEvent extends ParkedSummary {
  /** as it came from the broker */
  readonly body: Buffer;
  /** the AMQP properties: plain values */
  readonly properties: object;
}

/** How much is kept. */
export interface ParkedLimits {
  readonly events: number;
  readonly bytes: number;
}

export const PARKED_LIMITS: ParkedLimits = { events: 10_000, bytes: 256 * 1024 * 1024 };

export interface ParkedStore {
  /**
   * When this returns, or what it returns resolves, the event survives what the store survives. Throws
   * or rejects where it cannot be kept.
   */
  park(event: ParkedEvent): void | Promise<void>;
  /** The oldest first. */
  list(): ParkedSummary[] | Promise<ParkedSummary[]>;
  /** undefined = no such event, any more. */
  read(id: string): ParkedEvent | undefined | Promise<ParkedEvent | undefined>;
  remove(id: string): void | Promise<void>;
  close(): void | Promise<void>;
}
