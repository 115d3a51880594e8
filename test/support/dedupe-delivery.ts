/** Deliveries of events that ask the dedupe whether they may pass, and end as the test says. */
import assert from 'node:assert/strict';
import type {
  Candidate,
  Dedupe,
  DedupeResult,
  DeliveryOfEvent,
  LaterResult,
} from '../../src/memory/dedupe';
import type { MovedClock } from './moved-clock';

/** Milliseconds, all of them. */
export const HOUR = 3_600_000;
export const DEADLINE = 10_000;

type Answer = DedupeResult | LaterResult | Promise<DedupeResult | LaterResult>;

/** A delivery of an event; `end` ends it. */
export function deliveryOf(
  clock: MovedClock,
  dedupe: () => Dedupe,
  properties: Pick<Candidate, 'key' | 'owner' | 'asker'> & Partial<Candidate>,
) {
  const participants: Parameters<DeliveryOfEvent['enlist']>[0][] = [];
  const deadline = clock.now() + DEADLINE;
  const candidate: Candidate = {
    window: HOUR,
    delivery: {
      deadline: () => deadline,
      enlist: (participant) => {
        participants.push(participant);
        return 'enlisted';
      },
    },
    ...properties,
  };
  return {
    candidate,
    admit: (at = dedupe()) => at.admit(candidate),
    /** The promises are those of whoever needs time for it. */
    end: (isDone: boolean) => participants.map((each) => (isDone ? each.commit() : each.undo())),
  };
}

/** A delivery that has ended already, or of which nobody knows. */
export function ended(ending: ReturnType<DeliveryOfEvent['enlist']>): Partial<Candidate> {
  return { delivery: { enlist: () => ending, deadline: () => undefined } };
}

/** Of an answer that has to wait for a twin. */
export function later(answer: Answer): Promise<DedupeResult> {
  assert.ok(typeof answer === 'object' && 'later' in answer, 'it does not wait');
  return answer.later;
}

export const countOf = (answer: unknown) => (answer as { count?: number }).count;
