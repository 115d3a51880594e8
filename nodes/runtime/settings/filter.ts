/** What an invers-event-filter stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import type { Route } from '../../../src/filter/route';
import { ConfigError, flag, oneOf, optionalText, positiveNumber, wholeNumber } from './values';

export interface EventFilterConfig extends NodeDef {
  readonly routes?: readonly {
    readonly name?: string;
    readonly types?: readonly string[];
    readonly majorVersions?: readonly (number | string)[];
  }[];
  readonly other?: boolean | string;
  readonly dedupe?: boolean | string;
  readonly store?: string;
  readonly key?: string;
  readonly keyType?: string;
  readonly windowHours?: string | number;
  readonly maxEntries?: string | number;
  readonly duplicates?: boolean | string;
}

export interface EventFilterSettings {
  readonly routes: readonly Route[];
  /** An output for events that fit no route. */
  readonly other: boolean;
  /** Undefined = every event passes, however often it comes. */
  readonly dedupe: DedupeSettings | undefined;
}

export interface DedupeSettings {
  /** id of an invers-dedupe-store; empty = a memory of the filter's own */
  readonly store: string;
  readonly key: string;
  readonly keyType: 'msg' | 'jsonata';
  /** milliseconds */
  readonly window: number;
  /** Of the filter's own memory. */
  readonly maxEntries: number;
  /** An output for events seen before. */
  readonly duplicates: boolean;
}

const HOUR = 3_600_000;
/** INVERS keeps an unread queue for three days, so an event can come back that late. */
const DEFAULT_WINDOW_HOURS = 72;
const MAX_WINDOW_HOURS = 8_760;
const DEFAULT_MAX_ENTRIES = 100_000;
const ENTRIES = { min: 1, max: 10_000_000 };

/** Throws a ConfigError that names the field. */
export function filterSettings(config: EventFilterConfig): EventFilterSettings {
  return {
    routes: (config.routes ?? []).map(toRoute),
    other: flag(config.other, true),
    dedupe: flag(config.dedupe, true) ? dedupeSettings(config) : undefined,
  };
}

function toRoute(route: NonNullable<EventFilterConfig['routes']>[number], index: number): Route {
  const label = `Route ${index + 1}`;
  const types = (route.types ?? []).map((type) => type.trim()).filter((type) => type !== '');
  if (types.length === 0) {
    throw new ConfigError(`${label} has no event type: type one, or * for any.`);
  }
  return {
    name: optionalText(route.name),
    types,
    majorVersions: (route.majorVersions ?? []).map((version) =>
      wholeNumber(`The version in ${label}`, version, { min: 0, max: 9_999 }, 0),
    ),
  };
}

function dedupeSettings(config: EventFilterConfig): DedupeSettings {
  return {
    store: optionalText(config.store),
    key: optionalText(config.key) || 'metadata.id',
    keyType: oneOf('Key type', config.keyType, ['msg', 'jsonata'], 'msg'),
    window:
      HOUR * positiveNumber('Hours', config.windowHours, MAX_WINDOW_HOURS, DEFAULT_WINDOW_HOURS),
    maxEntries: wholeNumber('Ids at most', config.maxEntries, ENTRIES, DEFAULT_MAX_ENTRIES),
    duplicates: flag(config.duplicates, false),
  };
}
