/** The filter's routes between what is stored and what people type: event types, reasons and versions as comma-separated texts. */
import { isReason, isTypePattern, isVersion, parseList } from '../../settings/texts';
import { quoted } from '../quoted';
import type { Translate } from '../red';
import { isEnvironmentVariable } from '../validators';

/** One output of the filter, as stored. A text among the versions is a `${NAME}`. */
export interface StoredRoute {
  name: string;
  types: string[];
  majorVersions: (number | string)[];
  /** Not stored by a flow of an earlier version: any. */
  reasons?: string[];
  /** Not stored, or empty: any. */
  source?: string;
}

/** What is wrong with a row, per field; an empty object = nothing. */
export interface RouteProblems {
  types?: string;
  majorVersions?: string;
  reasons?: string;
}

export function parseVersions(typed: string): (number | string)[] {
  return parseList(typed).map((item) => (isVersion(item) ? Number(item) : item));
}

export function formatList(items: readonly (number | string)[] | undefined): string {
  return (items ?? []).join(', ');
}

export function routeProblems(route: StoredRoute, translate: Translate): RouteProblems {
  const problems: RouteProblems = {};
  const strange = route.types.find((type) => !isEnvironmentVariable(type) && !isTypePattern(type));
  if (route.types.length === 0) {
    problems.types = translate('invers-event-filter.problem.no-type');
  } else if (strange !== undefined) {
    problems.types = translate('invers-event-filter.problem.type', { value: quoted(strange) });
  }
  const wrong = route.majorVersions.find(
    (version) => typeof version !== 'number' && !isEnvironmentVariable(version),
  );
  if (wrong !== undefined) {
    problems.majorVersions = translate('invers-event-filter.problem.version', {
      value: quoted(wrong),
    });
  }
  const unusable = route.reasons?.find(
    (reason) => !isEnvironmentVariable(reason) && !isReason(reason),
  );
  if (unusable !== undefined) {
    problems.reasons = translate('invers-event-filter.problem.reason', {
      value: quoted(unusable),
    });
  }
  return problems;
}

/** What an output is called: its name, or else its event types, and their reasons. */
export function routeLabel(route: StoredRoute): string {
  return (
    route.name || [route.types, route.reasons ?? []].map(formatList).filter(Boolean).join(': ')
  );
}
