/**
 * Puts together what is known of a vehicle and news of it: of each property the newer counts.
 *
 * The outcome is the same in whatever order news come and however often: each property moves forward
 * in its own time alone, and of two values of one time one and the same counts for everybody.
 */
import type { NameLists } from './name-lists';
import { bounded } from './report';
import { timeText } from './time-text';
import { copyOf, isSame, outranks } from './values';
import type { Change, Merged, Value, Vehicle } from './vehicle';

/** A vehicle about to change: what it shares with the known one is copied before it is written to. */
interface Draft {
  names: readonly string[];
  times: readonly number[];
  values: readonly (Value | undefined)[];
}

/** Both of the same id. `known` undefined = nothing was known of the vehicle. */
export function merge(known: Vehicle | undefined, news: Vehicle, lists: NameLists): Merged {
  const changed: Record<string, Change> = {};
  const before = known ?? NOTHING;
  const draft = draftOf(before, news.names, lists);
  let times: number[] | undefined;
  let values: (Value | undefined)[] | undefined;

  let place = -1;
  for (let at = 0; at < news.names.length; at++) {
    const name = news.names[at] as string;
    const found = draft.names === news.names ? at : placeFrom(draft.names, name, place + 1);
    if (found < 0) continue;
    place = found;
    const time = news.times[at] as number;
    const value = news.values[at] as Value;
    const knownTime = draft.times[place] as number;
    if (time < knownTime) continue;
    const knownValue = draft.values[place];
    const isNewValue = !isSame(value, knownValue);
    if (time > knownTime) {
      times ??= draft.times.slice();
      times[place] = time;
    } else if (!isNewValue || knownValue === undefined || !outranks(value, knownValue)) continue;
    if (!isNewValue) continue;
    values ??= draft.values.slice();
    values[place] = value;
    changed[name] = changeOf(knownValue, value, timeText(time));
  }

  const firstHeard = Math.min(before.firstHeard, news.firstHeard);
  const lastHeard = Math.max(before.lastHeard, news.lastHeard);
  const isAsBefore = draft === before && times === undefined && values === undefined;
  if (isAsBefore && firstHeard === before.firstHeard && lastHeard === before.lastHeard) {
    return { vehicle: before, changed };
  }
  const vehicle = {
    id: news.id,
    names: draft.names,
    times: times ?? draft.times,
    // a value is missing only where its name came with the news
    values: (values ?? draft.values) as readonly Value[],
    firstHeard,
    lastHeard,
  };
  return { vehicle, changed };
}

const NOTHING: Vehicle = {
  id: '',
  names: [],
  times: [],
  values: [],
  firstHeard: Number.POSITIVE_INFINITY,
  lastHeard: Number.NEGATIVE_INFINITY,
};

function changeOf(from: Value | undefined, to: Value, timestamp: string): Change {
  return {
    from: from === undefined ? null : copyOf(from),
    to: copyOf(to),
    timestamp,
  };
}

/** The place of a name that mostly is there; else -1. */
function placeFrom(names: readonly string[], name: string, from: number): number {
  for (let place = from; place < names.length; place++) if (names[place] === name) return place;
  return -1;
}

/** The first place from `after` on whose name is not before this one. */
function placeAfter(names: readonly string[], name: string, after: number): number {
  let place = Math.max(after, 0);
  while (place < names.length && names[place] !== name && (names[place] as string) < name) {
    place += 1;
  }
  return place;
}

/** What is known, with a free place for each name that came with the news. */
function draftOf(known: Vehicle, names: readonly string[], lists: NameLists): Draft {
  if (known.names === names || hasAll(known.names, names)) return known;
  const all = bounded(lists.sorted([...new Set([...known.names, ...names])]).names, lists);
  const times: number[] = [];
  const values: (Value | undefined)[] = [];
  let place = -1;
  for (const name of all) {
    place = placeAfter(known.names, name, place);
    const isKnown = known.names[place] === name;
    times.push(isKnown ? (known.times[place] as number) : Number.NEGATIVE_INFINITY);
    values.push(isKnown ? known.values[place] : undefined);
  }
  return { names: all, times, values };
}

function hasAll(known: readonly string[], names: readonly string[]): boolean {
  let place = -1;
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    place = placeFrom(known, name, place + 1);
    if (place < 0) return false;
  }
  return true;
}
