/**
 * The topics and event types that INVERS' public pages name, for lookups, pick lists and documents.
 *
 * Incomplete, as those pages could be read in part only: whatever is not in it must be let through.
 */
import type { EventType, Topic, TopicFamily } from './catalogue/entries';
import { OTHER } from './catalogue/other';
import { SMOKE } from './catalogue/smoke';
import { TRIP } from './catalogue/trip';
import { VEHICLE_CHANGE } from './catalogue/vehicle-change';
import { VEHICLE_STATE } from './catalogue/vehicle-state';

const FAMILIES: readonly TopicFamily[] = [VEHICLE_STATE, VEHICLE_CHANGE, TRIP, SMOKE, OTHER];

export const TOPICS: readonly Topic[] = FAMILIES.flatMap(({ topics }) => topics);

export const EVENT_TYPES: readonly EventType[] = FAMILIES.flatMap(({ eventTypes }) => eventTypes);

/** The names that INVERS displays. */
export const TOPIC_NAMES: readonly string[] = TOPICS.flatMap(({ name }) => name ?? []);

export const EVENT_TYPE_NAMES: readonly string[] = EVENT_TYPES.map(({ type }) => type);

const byType: ReadonlyMap<string, EventType> = new Map(
  EVENT_TYPES.map((entry) => [entry.type, entry]),
);

/** Undefined for a type that no page names. */
export function findEventType(type: string): EventType | undefined {
  return byType.get(type);
}

/** The reasons for a change that pages name; there are more. */
export const REASON_NAMES: readonly string[] = [
  ...new Set(EVENT_TYPES.flatMap(({ data }) => data['reasons']?.values ?? [])),
];

/**
 * What the schema of a type is called: `<type>@<major>`, or `<type>` alone where no page names a
 * major version, so that it stands for every version.
 */
export function schemaKey({
  type,
  majorVersion,
}: Pick<EventType, 'type' | 'majorVersion'>): string {
  return majorVersion === undefined ? type : `${type}@${majorVersion}`;
}
