/** A vehicle as flows see it: plain values, and the state in the shape in which events bring it. */
import type { InversKnownVehicle, InversVehicleNews } from '../index';
import { timeText } from './time-text';
import { copyOf } from './values';
import type { Changes, Value, Vehicle } from './vehicle';

/** `msg.vehicle`, and what is answered to a question for a vehicle. */
export type ShownVehicle = InversKnownVehicle;

export type ShownNews = InversVehicleNews;

/** Everything in it is a copy, and may be changed. */
export function shownVehicle(vehicle: Vehicle): ShownVehicle {
  return {
    id: vehicle.id,
    values: valuesOf(vehicle),
    state: stateOf(vehicle),
    first_heard_at: timeText(vehicle.firstHeard),
    last_heard_at: timeText(vehicle.lastHeard),
  };
}

export function shownNews(vehicle: Vehicle, changed: Changes): ShownNews {
  // for every event of every vehicle: a property more costs less than a copy
  const shown = shownVehicle(vehicle) as ShownNews;
  shown.changed = changed;
  return shown;
}

export function valuesOf({ names, values }: Vehicle): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const value = copyOf(values[at] as Value);
    if (name.includes('.') && !name.includes('__proto__')) setAtPath(shown, name, value);
    else shown[name] = value;
  }
  return shown;
}

function stateOf({ names, times, values }: Vehicle): ShownVehicle['state'] {
  const state: ShownVehicle['state'] = {};
  for (let at = 0; at < names.length; at++) {
    const timestamp = timeText(times[at] as number);
    state[names[at] as string] = { timestamp, value: copyOf(values[at] as Value) };
  }
  return state;
}

/** Where something else stands in the way, the name stays one. */
function setAtPath(values: Record<string, unknown>, name: string, value: Value): void {
  const keys = name.split('.');
  const last = keys.pop() as string;
  let inner = values;
  for (const key of keys) {
    const next = Object.hasOwn(inner, key) ? inner[key] : {};
    if (!isGroup(next)) {
      values[name] = value;
      return;
    }
    inner[key] = next;
    inner = next;
  }
  if (Object.hasOwn(inner, last)) values[name] = value;
  else inner[last] = value;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
