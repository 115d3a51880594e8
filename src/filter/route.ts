/** Which output an event takes: the first route that fits its type and major version. */

export interface Route {
  /** What people call the output. */
  readonly name: string;
  /** Event types, or patterns in which `*` stands for any text. Upper and lower case differ. */
  readonly types: readonly string[];
  /** Empty = any version. */
  readonly majorVersions: readonly number[];
}

/** Returns the index of the route, or -1 where none fits. */
export type Router = (type: unknown, majorVersion: unknown) => number;

/** How many types are remembered with their route. INVERS has few; the bound is for a queue that makes up new ones. */
const REMEMBERED_TYPES = 1000;
const LONGEST_TYPE = 200;

export function createRouter(routes: readonly Route[]): Router {
  const tests = routes.map((route) => ({
    fits: typeTest(route.types),
    versions: new Set<unknown>(route.majorVersions),
  }));
  const fittingByType = new Map<string, readonly number[]>();

  const fitting = (type: string): readonly number[] => {
    let indexes = fittingByType.get(type);
    if (indexes === undefined) {
      indexes = tests.flatMap(({ fits }, index) => (fits(type) ? [index] : []));
      // one that is longer than any name is looked at anew each time
      if (type.length > LONGEST_TYPE) return indexes;
      if (fittingByType.size >= REMEMBERED_TYPES) fittingByType.clear();
      fittingByType.set(type, indexes);
    }
    return indexes;
  };

  return (type, majorVersion) => {
    if (typeof type !== 'string') return -1;
    for (const index of fitting(type)) {
      const versions = tests[index]?.versions;
      if (versions?.size === 0 || versions?.has(numberOf(majorVersion))) return index;
    }
    return -1;
  };
}

/** Some back-end may write the version as a text. */
function numberOf(majorVersion: unknown): unknown {
  const isDigits = typeof majorVersion === 'string' && /^\d{1,15}$/.test(majorVersion);
  return isDigits ? Number(majorVersion) : majorVersion;
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
