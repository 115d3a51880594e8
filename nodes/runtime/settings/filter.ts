/** What an invers-event-filter stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import type { Route } from '../../../src/filter/route';
import { EVENT_FILTER, ROUTE_SOURCES } from '../../settings/limits';
import { isReason, isTypePattern, isVersion, parseList } from '../../settings/texts';
import { ConfigError, flag, numberOf, oneOf, optionalText, requiredText } from './values';

export interface EventFilterConfig extends NodeDef {
  readonly routes?: readonly {
    readonly name?: string;
    readonly types?: readonly string[];
    readonly majorVersions?: readonly (number | string)[];
    readonly reasons?: readonly string[];
    readonly source?: string;
  }[];
  readonly maxAge?: string | number;
  readonly other?: boolean | string;
  readonly dedupe?: boolean | string;
  readonly store?: string;
  readonly key?: string;
  readonly keyType?: string;
  readonly windowHours?: string | number;
  readonly maxEntries?: string | number;
  readonly duplicates?: boolean | string;
  /** How many outputs the editor has drawn. */
  readonly outputs?: number;
}

export interface EventFilterSettings {
  readonly routes: readonly Route[];
  /** An output for events that fit no route. */
  readonly other: boolean;
  /** An output for events that are older than so many milliseconds; 0 = none is. */
  readonly late: { readonly maxAge: number } | undefined;
  /** Undefined = every event passes, however often it comes. */
  readonly dedupe: DedupeSettings | undefined;
}

export interface DedupeSettings {
  /** id of an invers-store; empty = a memory of the filter's own */
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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Throws a ConfigError that names the field. */
export function filterSettings(config: EventFilterConfig): EventFilterSettings {
  const routes = (config.routes ?? []).map(toRoute);
  const other = flag('One more output for all other events', config.other, true);
  if (routes.length === 0 && !other) {
    throw new ConfigError(
      'No event can leave this node: add an output, or switch on the one for all other events.',
    );
  }
  const dedupe = flag('Let each event through only once', config.dedupe, true)
    ? dedupeSettings(config)
    : undefined;
  const maxAge = MINUTE * numberOf('Late after', config.maxAge, EVENT_FILTER.maxAge);
  // the editor draws the output also for `${NAME}`, whatever that turns out to be: the one behind it stays in its place
  const others = routes.length + Number(other) + Number(dedupe?.duplicates ?? false);
  const isDrawn = (config.outputs ?? others) > others;
  return { routes, other, late: maxAge > 0 || isDrawn ? { maxAge } : undefined, dedupe };
}

function toRoute(route: NonNullable<EventFilterConfig['routes']>[number], index: number): Route {
  const label = `Route ${index + 1}`;
  const types = listOf(`The event type in ${label}`, route.types).filter((type) => type !== '');
  if (types.length === 0) {
    throw new ConfigError(`${label} has no event type: type one, or * for any.`);
  }
  const strange = types.find((type) => !isTypePattern(type));
  if (strange !== undefined) {
    throw new ConfigError(
      `The event type in ${label} is ${JSON.stringify(strange)}: type it as INVERS writes it, * stands for any text.`,
    );
  }
  const majorVersions = listOf(`The version in ${label}`, route.majorVersions).map((text) => {
    if (isVersion(text)) return Number(text);
    throw new ConfigError(
      `The version in ${label} is ${JSON.stringify(text)}: type a whole number from 0 to 9999.`,
    );
  });
  const reasons = listOf(`The reason in ${label}`, route.reasons).filter((reason) => reason !== '');
  const unusable = reasons.find((reason) => !isReason(reason));
  if (unusable !== undefined) {
    throw new ConfigError(
      `The reason in ${label} is ${JSON.stringify(unusable)}: type it as INVERS writes it, for example MASTER_DATA_CHANGED.`,
    );
  }
  const source = optionalText(`The source in ${label}`, route.source)
    ? oneOf(`The source in ${label}`, route.source, ROUTE_SOURCES, ROUTE_SOURCES[0])
    : undefined;
  return {
    name: optionalText(`The name of ${label}`, route.name),
    types,
    majorVersions,
    reasons,
    source,
  };
}

/** An item may have been `${NAME}`, and stand for several. */
function listOf(field: string, items: readonly unknown[] = []): string[] {
  return items.flatMap((item) => {
    const text = optionalText(field, item);
    return text === '' ? [''] : parseList(text);
  });
}

function dedupeSettings(config: EventFilterConfig): DedupeSettings {
  const { key, keyType, windowHours, maxEntries } = EVENT_FILTER;
  const store = optionalText('Remember in', config.store);
  return {
    store,
    key: requiredText('Same event if', config.key ?? key.default),
    keyType: oneOf('Key type', config.keyType, keyType.choices, keyType.default),
    window: HOUR * numberOf('Hours', config.windowHours, windowHours),
    // a store has a limit of its own, and the form hides this one
    maxEntries: store ? maxEntries.default : numberOf('Ids at most', config.maxEntries, maxEntries),
    duplicates: flag('One more output for events seen before', config.duplicates, false),
  };
}
