/** What makes a topic hold, between a flow and a broker that do what the test says; it writes down what it does. */
import assert from 'node:assert/strict';
import { Attempts } from '../../src/delivery/attempts/attempts';
import { EventDelivery } from '../../src/delivery/event-delivery';
import { Holding } from '../../src/delivery/holding';
import { OUTAGE_POLICY } from '../../src/delivery/outage';
import { MovedClock, turn } from './moved-clock';

/** So many events fail in a row before it holds; as many are kept. */
export const ROW = ['a', 'b', 'c', 'd', 'e'];

export function createHolding() {
  const clock = new MovedClock();
  const attempts = new Attempts({ maxAttempts: 5, delay: 5_000 });
  /** What it did, in order. */
  const steps: string[] = [];
  /** What the broker was told, by event. */
  const answers: string[] = [];
  const state = { isPaused: false, awaitsOthers: false as boolean | undefined };
  /** Tried and not ended, by event. */
  const tried = new Map<string, EventDelivery<string>>();
  let pauseEnds: () => void = () => undefined;
  const create = (eventId: string) => {
    const attempt = attempts.number(eventId);
    const delivery = new EventDelivery({ id: `of ${eventId}`, eventId, attempt }, 0, eventId);
    delivery.startedAt = clock.elapsed();
    return delivery;
  };
  const holding: Holding<string> = new Holding({
    clock,
    policy: { ...OUTAGE_POLICY, failures: ROW.length },
    renew: ({ eventId }) => create(eventId),
    start: (delivery) => {
      assert.equal(holding.takes(delivery), false, 'it is kept again');
      steps.push(`tries ${delivery.eventId}`);
      tried.set(delivery.eventId, delivery);
      return delivery.verdict;
    },
    attempts,
    pause: () => {
      steps.push('pause');
      return new Promise((resolve) => {
        pauseEnds = resolve;
      });
    },
    resume: () => steps.push('resume'),
    isPaused: () => state.isPaused,
    awaitsOthers: () => state.awaitsOthers,
    began: (reason) => steps.push(`holds: ${reason}`),
    ended: (length) => steps.push(`goes on after ${length / 1_000} s`),
  });

  /** As TopicDeliveries ends one: it is kept, or the broker is told. */
  const end = (delivery: EventDelivery<string>, verdict: 'acknowledge' | 'requeue') => {
    tried.delete(delivery.eventId);
    if (!holding.keeps(delivery, verdict)) delivery.answer(verdict);
  };
  const resting: EventDelivery<string>[] = [];
  /** The flow fails at it: it rests until its next attempt, or goes back. */
  const fail = (delivery: EventDelivery<string>) => {
    const role = holding.failed(delivery, 'no answer');
    if (role === 'counts') {
      attempts.failed(delivery.eventId);
      resting.push(delivery);
      return role;
    }
    for (const each of [...resting.splice(0), delivery]) end(each, 'requeue');
    return role;
  };
  /** The queue gives it out: true when it is kept. */
  const arrive = (eventId: string) => {
    const delivery = create(eventId);
    void delivery.verdict.then((verdict) => answers.push(`${eventId}: ${verdict}`));
    if (holding.takes(delivery)) return true;
    tried.set(eventId, delivery);
    return false;
  };
  const inFlow = (eventId: string) => tried.get(eventId) ?? assert.fail(`${eventId} is not tried`);
  return {
    answers,
    arrive,
    attempts,
    clock,
    fail: (eventId: string) => fail(inFlow(eventId)),
    /** It is done with, at output 2: that says nothing of the flow. */
    finish: (eventId: string) => end(inFlow(eventId), 'acknowledge'),
    holding,
    state,
    steps,
    succeed: (eventId: string) => {
      holding.succeeded();
      end(inFlow(eventId), 'acknowledge');
    },
    tried: () => [...tried.keys()],
    /** The broker sends no more. */
    stopsSending: async () => {
      pauseEnds();
      await turn();
    },
    /** Since the last look. */
    since: () => steps.splice(0),
  };
}

/** It holds since just now, keeps all that failed, and nothing arrives. */
export async function createHeld() {
  const world = createHolding();
  for (const id of ROW) world.arrive(id);
  for (const id of ROW) world.fail(id);
  await world.stopsSending();
  world.since();
  return world;
}
