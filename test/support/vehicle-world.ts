/** Vehicles, deliveries and a watch in miniature, for whatever remembers what was said of vehicles. */
import assert from 'node:assert/strict';
import type { DeliveryOfEvent } from '../../src/memory/dedupe';
import type { DecideStep } from '../../src/memory/vehicles/watch-said';
import type { NameLists } from '../../src/vehicle/name-lists';
import type { Value, Vehicle } from '../../src/vehicle/vehicle';
import { readCondition } from '../../src/vehicle/watch/condition';
import { stepWatch, type Watch } from '../../src/vehicle/watch/watch';

export const START = Date.UTC(2025, 5, 1);

/** What an event says, `at` so many seconds after the start. */
export function newsOf(
  lists: NameLists,
  id: string,
  at: number,
  properties: Readonly<Record<string, Value>>,
): Vehicle {
  const time = START + at * 1_000;
  const names = lists.shared(Object.keys(properties).sort());
  return {
    id,
    names,
    times: names.map(() => time),
    values: names.map((name) => properties[name] ?? assert.fail()),
    firstHeard: time,
    lastHeard: time,
  };
}

/** A delivery that ends as the test says. */
export class FakeDelivery implements DeliveryOfEvent {
  readonly #participants: Parameters<DeliveryOfEvent['enlist']>[0][] = [];
  #ending: ReturnType<DeliveryOfEvent['enlist']> = 'enlisted';

  enlist(participant: Parameters<DeliveryOfEvent['enlist']>[0]) {
    if (this.#ending === 'enlisted') this.#participants.push(participant);
    return this.#ending;
  }

  deadline(): number | undefined {
    return undefined;
  }

  async acknowledge(): Promise<void> {
    this.#ending = 'acknowledged';
    await Promise.all(this.#participants.splice(0).map((participant) => participant.commit()));
  }

  /** The broker gives the event out again. */
  giveBack(): void {
    this.#ending = 'requeued';
    for (const participant of this.#participants.splice(0)) participant.undo();
  }

  /** The process was killed: nobody is told. */
  vanish(): void {
    this.#participants.splice(0);
  }
}

/** Says when `level` is below 20, and when it is not any more. */
export function levelWatch(now: () => number, holdFor = 0, repeat = 0): DecideStep {
  const read = readCondition({ property: 'level', operator: 'lt', value: '20', clear: '' });
  assert.ok('condition' in read, JSON.stringify(read));
  const watch: Watch = { key: 'level', conditions: [read.condition], holdFor, repeat };
  return (vehicle, episode) => stepWatch(watch, episode, { vehicle, now: now(), deaf: [] });
}
