/**
 * How the deliveries of each consumer ended, over its deploys: a message that a Delay has kept meanwhile is known to
 * be of a delivery that has gone, so that nobody who comes with the deploy counts what it decides because of it.
 */
import type { NodeAPI } from 'node-red';
import { Endings } from '../../../src/delivery/endings';

const shared = new WeakMap<object, Map<string, Endings>>();

/** By the id of the consumer. */
export function sharedEndings(RED: Pick<NodeAPI, 'events'>, consumer: string): Endings {
  const all = shared.get(RED.events) ?? new Map<string, Endings>();
  shared.set(RED.events, all);
  const endings = all.get(consumer) ?? new Endings();
  all.set(consumer, endings);
  return endings;
}

/** The consumer is gone for good. */
export function forgetEndings(RED: Pick<NodeAPI, 'events'>, consumer: string): void {
  shared.get(RED.events)?.delete(consumer);
}
