/** What is known of an event that comes: which attempt this is, and whether it is not to be tried again. */
import { boundedKey } from '../../time/bounded-key';
import type { Attempts } from './attempts';
import { type Exhaustion, endedTooOften, LAST_COUNT, nearBrokerLimit } from './exhaustion';
import type { Suspects } from './suspects';

export interface Arrival {
  readonly eventId: string;
  readonly isRedelivered: boolean;
  /** Deliveries before this one; undefined where the queue does not count them. */
  readonly countedByBroker: number | undefined;
}

export interface EventHistory {
  /** 1 = the first: failures of the flow, ends of the process meanwhile, and this one. */
  readonly attempt: number;
  readonly exhaustion: Exhaustion | undefined;
}

export function historyOf(
  { eventId: id, isRedelivered, countedByBroker = 0 }: Arrival,
  attempts: Attempts,
  suspects: Suspects,
): EventHistory {
  const eventId = boundedKey(id);
  const ends = suspects.arrives(eventId, isRedelivered);
  const attempt = attempts.number(eventId, ends);
  // The broker counts what nobody failed at as well, so it is asked only where nobody else knows.
  const byBroker = suspects.isPastKnown ? 0 : countedByBroker + 1;
  return { attempt: Math.max(attempt, byBroker), exhaustion: exhaustionOf() };

  function exhaustionOf(): Exhaustion | undefined {
    const own = suspects.endsBy(eventId);
    if (own > 0 && attempts.isOver(attempts.failures(eventId) + own)) return endedTooOften(own);
    return countedByBroker >= LAST_COUNT ? nearBrokerLimit(countedByBroker) : undefined;
  }
}
