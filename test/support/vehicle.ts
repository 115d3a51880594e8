/** Vehicles for tests: made of plain values, with times in seconds. */
import { NameLists } from '../../src/vehicle/name-lists';
import { readNews } from '../../src/vehicle/news';
import type { Value, Vehicle } from '../../src/vehicle/vehicle';
import type { ConditionSettings } from '../../src/vehicle/watch/condition';
import type { Watch } from '../../src/vehicle/watch/watch';
import { readWatch } from '../../src/vehicle/watch/watch-settings';

/** What tests count their seconds from: 2025-05-06T07:00:00Z. */
export const START = Date.UTC(2025, 4, 6, 7);

export function at(second: number): number {
  return START + second * 1000;
}

export function textAt(second: number): string {
  return `${new Date(at(second)).toISOString().slice(0, 19)}Z`;
}

/** What an event of this second tells; `second` of a property where it is another. */
export function newsAt(
  second: number,
  values: Readonly<Record<string, Value>>,
  lists = new NameLists(),
): Vehicle {
  const timestamp = textAt(second);
  const state = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { timestamp, value }]),
  );
  const event = { id: 'AB12C', type: 'VehicleStateRecorded', occurredAt: timestamp };
  const news = readNews({ ...event, data: { state } }, { lists, now: at(second) });
  if (!news) throw new Error('The event has no vehicle');
  return news;
}

/** `conditions`: property, operator, value, and where it is over. */
export function watchOn(
  conditions: readonly (readonly [string, string, string?, string?])[],
  { holdFor = 0, repeat = 0 } = {},
): Watch {
  const settings = conditions.map(
    ([property, operator, value = '', clear = '']): ConditionSettings => ({
      property,
      operator,
      value,
      clear,
    }),
  );
  const result = readWatch({ conditions: settings, holdFor, repeat });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.watch;
}
