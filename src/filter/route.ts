/** Which output an event takes: the first route that fits its type, its source, its major version and its reasons. */

export interface Route {
  /** What people call the output. */
  readonly name: string;
  /** Event types, or patterns in which `*` stands for any text. Upper and lower case differ. */
  readonly types: readonly string[];
  /** Empty = any version. */
  readonly majorVersions: readonly number[];
  /** What changed, as INVERS writes it: the event must name one of them. Empty = any, or none. */
  readonly reasons: readonly string[];
  /** Who makes events of the type. Undefined = anybody; a type whose source is not known fits no other route. */
  readonly source: EventSource | undefined;
}

export type EventSource = 'vehicle' | 'oneapi';

/** What routes look at. `reasons`: a list, or a single one. */
export interface RoutedEvent {
  readonly type: unknown;
  readonly majorVersion: unknown;
  readonly reasons?: unknown;
}

/** Returns the index of the route, or -1 where none fits. */
export type Router = (event: RoutedEvent) => number;

/** How many types are remembered with their route. INVERS has few; the bound is for a queue that makes up new ones. */
const REMEMBERED_TYPES = 1000;
const LONGEST_TYPE = 200;

/** `sourceOf` says who makes events of a type, where that is known. */
export function createRouter(
  routes: readonly Route[],
  sourceOf: (type: string) => EventSource | undefined = () => undefined,
): Router {
  const tests = routes.map((route) => ({
    fits: typeTest(route.types),
    source: route.source,
    versions: new Set<unknown>(route.majorVersions),
    reasons: new Set<unknown>(route.reasons),
  }));
  const fittingByType = new Map<string, readonly number[]>();

  const fitting = (type: string): readonly number[] => {
    let indexes = fittingByType.get(type);
    if (indexes === undefined) {
      const made = sourceOf(type);
      indexes = tests.flatMap(({ fits, source }, index) =>
        fits(type) && (source === undefined || source === made) ? [index] : [],
      );
      // one that is longer than any name is looked at anew each time
      if (type.length > LONGEST_TYPE) return indexes;
      if (fittingByType.size >= REMEMBERED_TYPES) fittingByType.clear();
      fittingByType.set(type, indexes);
    }
    return indexes;
  };

  return ({ type, majorVersion, reasons }) => {
    if (typeof type !== 'string') return -1;
    for (const index of fitting(type)) {
      const test = tests[index];
      if (test === undefined) continue;
      if (test.versions.size > 0 && !test.versions.has(numberOf(majorVersion))) continue;
      if (test.reasons.size === 0 || hasOne(reasons, test.reasons)) return index;
    }
    return -1;
  };
}

/** Some back-end may write the version as a text. */
function numberOf(majorVersion: unknown): unknown {
  const isDigits = typeof majorVersion === 'string' && /^\d{1,15}$/.test(majorVersion);
  return isDigits ? Number(majorVersion) : majorVersion;
}

function hasOne(reasons: unknown, wanted: ReadonlySet<unknown>): boolean {
  if (Array.isArray(reasons)) return reasons.some((reason) => wanted.has(reason));
  return wanted.has(reasons);
}

function typeTest(types: readonly string[]): (type: string) => boolean {
  const patterns = types.map(toPattern);
  return (type) => patterns.some((pattern) => matches(pattern, type));
}

/** The literal pieces between the stars. */
function toPattern(text: string): readonly string[] {
  return text.trim().split('*');
}

/** Looks for each piece at its first possible place: enough for `*`, and without backtracking. */
function matches(pieces: readonly string[], type: string): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return type === first;
  if (!type.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const at = type.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return type.length - last.length >= from && type.endsWith(last);
}
