/** The deliveries of one topic with a clock that stands still and outputs that write down what they are asked. */
import { Attempts } from '../../src/delivery/attempts/attempts';
import { LoneLine } from '../../src/delivery/attempts/lone-line';
import { Suspects } from '../../src/delivery/attempts/suspects';
import { ConsumerDeliveries } from '../../src/delivery/consumer-deliveries';
import { EventDelivery } from '../../src/delivery/event-delivery';
import type { Participant } from '../../src/delivery/participant';
import { Statistics } from '../../src/delivery/statistics';
import { TopicDeliveries } from '../../src/delivery/topic-deliveries';
import { MovedClock } from './moved-clock';
import { SuspectsDisk } from './suspects-disk';

/** Milliseconds a flow may take here. */
export const DEADLINE = 60_000;
/** Milliseconds between two looks for deliveries whose time has come. */
export const SWEEP = 250;

/** Three attempts: the second after 5 s, the third after another 10 s. */
export function createTopic({ deadline = DEADLINE, consumer = new ConsumerDeliveries() } = {}) {
  const clock = new MovedClock();
  const attempts = new Attempts({ maxAttempts: 3, delay: 5_000 }, () => 0.5);
  const disk = new SuspectsDisk();
  const suspects = new Suspects(disk, 50, clock);
  const loneLine = new LoneLine(clock);
  const statistics = new Statistics(clock);
  /** What the outputs were asked for, in order. */
  const steps: string[] = [];
  /** What the broker was told, by delivery. */
  const verdicts: string[] = [];
  const forgotten: string[] = [];
  /** Deliveries that only a Delay has. */
  const heldOnPurpose = new Set<string>();
  /** How output 2 keeps what leaves there, where it needs time for that, and how often it could not. */
  const exit: { park?: () => Promise<void>; stuck: number } = { stuck: 0 };
  const deliveries = new TopicDeliveries<string>({
    outputs: {
      send: ({ attempt, content }) => steps.push(`attempt ${attempt} of ${content}`),
      giveUp: ({ content }, why) => {
        steps.push(`output 2: ${content}, ${why?.reason}`);
        return exit.park?.();
      },
      timesStuck: () => {
        exit.stuck += 1;
        return exit.stuck;
      },
      stuck: (_delivery, reason, delay) => steps.push(`stuck for ${delay} ms: ${reason}`),
      cutOffAgain: (_delivery, rest) => steps.push(`cut off again, rests for ${rest} ms`),
      retrying: (_delivery, reason, delay) => steps.push(`again in ${delay} ms: ${reason}`),
      timedOut: (id) => `${id} took too long`,
      isHeldOnPurpose: (id) => heldOnPurpose.has(id),
      forget: (id) => forgotten.push(id),
    },
    attempts,
    suspects,
    loneLine,
    statistics,
    ended: consumer.ended,
    deadline,
    clock,
  });
  consumer.join(deliveries);

  const create = (id: string, eventId: string, lane?: string) => {
    const attempt = attempts.number(eventId);
    return new EventDelivery({ id, eventId, attempt, lane }, clock.now(), eventId);
  };
  const note = (id: string, verdict: Promise<string>) => {
    void verdict.then((said) => verdicts.push(`${id}: ${said}`));
  };
  return {
    attempts,
    clock,
    consumer,
    deliveries,
    forgotten,
    heldOnPurpose,
    disk,
    exit,
    statistics,
    steps,
    suspects,
    verdicts,
    /** The event arrives as a delivery of its own. */
    arrive: (id: string, eventId = 'event', lane?: string) =>
      note(id, deliveries.start(create(id, eventId, lane))),
    arriveExhausted: (id: string, eventId: string, reason: string) =>
      note(id, deliveries.startExhausted(create(id, eventId), { reason, message: reason })),
    arriveUnusable: (id: string) => note(id, deliveries.startUnusable(create(id, id))),
  };
}

/** Writes down what it is told; `commit` resolves when `finish` is called, if it is slow. */
export function createParticipant({ isSlow = false } = {}) {
  const told: string[] = [];
  let finish: () => void = () => undefined;
  const participant: Participant = {
    commit: () => {
      told.push('commit');
      if (!isSlow) return undefined;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    undo: () => told.push('undo'),
  };
  return { participant, told, finish: () => finish() };
}
