/** Small changes of a stream from which mistakes are made. */
import type { Published, Rule } from '../fleet-checker';
import { type Body, type State, type Stream, withAllChanged } from '../fleet-stream';

export interface Mistake {
  readonly rule: Rule;
  /** What is wrong with the fleet then. */
  readonly what: string;
  readonly make: (stream: Stream) => Published[];
}

/** Puts a value in, and says that it did. */
export function put<Target extends object, Key extends keyof Target>(
  target: Target,
  key: Key,
  value: Target[Key],
): true {
  target[key] = value;
  return true;
}

/** Changes the value of a property of the state, if it is there. */
export function setValue(
  state: State | undefined,
  name: string,
  change: (value: unknown) => unknown,
) {
  const property = state?.[name];
  return property !== undefined && put(property, 'value', change(property.value));
}

export function setInAll(name: string, value: unknown): Mistake['make'] {
  return (stream) =>
    withAllChanged(stream, ({ data }) => setValue(data.vehicle_state, name, () => value));
}

export function isOfType(type: string): (body: Body) => boolean {
  return ({ metadata }) => metadata['type'] === type;
}

export function hasReason(reason: string): (body: Body) => boolean {
  return ({ data }) => data.reasons?.[0] === reason;
}
