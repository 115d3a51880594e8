/** From what ajv found to a Problem that a user can act on. */
import { MAX_PROBLEMS, type Problem, shown, step } from './problem';

/** The part of ajv's errors that is used; `data` and `parentSchema` come with its option `verbose`. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  readonly data?: unknown;
  readonly parentSchema?: unknown;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const TIME = 'a time like 2025-05-06T07:08:09Z';

/** Keywords whose error only says that one of the errors before it happened. */
const WRAPPERS = new Set(['if', '$ref', 'allOf']);

/** `root` is what was checked, called `name` in paths. */
export function explain(errors: readonly SchemaError[], root: unknown, name: string): Problem {
  const error = mostTelling(errors);
  if (!error) return { path: name, found: shown(root), expected: 'something else' };
  return problemOf(error, root, name);
}

/** One problem for each place, the first ones in their order. */
export function explainAll(
  errors: readonly SchemaError[],
  root: unknown,
  name: string,
): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    if (WRAPPERS.has(error.keyword)) continue;
    const problem = problemOf(error, root, name);
    if (!problems.has(problem.path)) problems.set(problem.path, problem);
    if (problems.size >= MAX_PROBLEMS) break;
  }
  return [...problems.values()];
}

function problemOf(error: SchemaError, root: unknown, name: string): Problem {
  const path = pathOf(error.instancePath, root, name);
  const { params, parentSchema, data } = error;
  const missing = params['missingProperty'];
  if (typeof missing === 'string') {
    const expected = expectedType(propertyOf(propertyOf(parentSchema, 'properties'), missing));
    return { path: step(path, missing), found: undefined, expected };
  }
  const surplus = params['additionalProperty'] ?? params['unevaluatedProperty'];
  if (typeof surplus === 'string') {
    const found = shown(propertyOf(data, surplus));
    return { path: step(path, surplus), found, expected: 'no such property' };
  }
  return { path, found: shown(data), expected: expectedBy(error) };
}

/** The outermost error says what is wrong, unless it only says that something inside it is. */
function mostTelling(errors: readonly SchemaError[]): SchemaError | undefined {
  const outer = errors.findLast(({ keyword }) => !WRAPPERS.has(keyword)) ?? errors[0];
  if (outer?.keyword !== 'anyOf' && outer?.keyword !== 'oneOf') return outer;
  // a list of values is worth more than “none of those”
  const isList = ({ keyword, instancePath }: SchemaError) =>
    keyword === 'enum' && instancePath === outer.instancePath;
  return errors.find(isList) ?? outer;
}

function expectedBy({ keyword, params, message, parentSchema }: SchemaError): string {
  switch (keyword) {
    case 'type':
      return propertyOf(parentSchema, 'format') === 'date-time' ? TIME : typeNames(params['type']);
    case 'enum':
      return `one of ${list(params['allowedValues'], ', ')}`;
    case 'const':
      return shown(params['allowedValue']) ?? 'nothing';
    case 'format':
      return params['format'] === 'date-time' ? TIME : `a text in the format ${params['format']}`;
    case 'pattern':
      return `a text that fits ${shown(params['pattern'])}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `a number ${params['comparison']} ${params['limit']}`;
    case 'anyOf':
    case 'oneOf':
      return 'another form: it fits none of those that its schema allows, or more than one';
    case 'uniqueItems':
      return 'a list in which nothing comes twice';
    case 'false schema':
      return 'nothing';
    default:
      return `another value (it ${message ?? `does not fit “${keyword}”`})`;
  }
}

function expectedType(schema: unknown): string {
  const type = propertyOf(schema, 'type');
  return type === undefined ? 'a value' : typeNames(type);
}

function typeNames(types: unknown): string {
  return [types]
    .flat()
    .map((type) => TYPES[String(type)] ?? String(type))
    .join(' or ');
}

function list(values: unknown, separator: string): string {
  const shownValues = (Array.isArray(values) ? values : []).map(shown);
  const some = shownValues.slice(0, 10).join(separator);
  return shownValues.length > 10 ? `${some} …` : some;
}

/** A JSON Pointer as people write it; digits are an index only where there is a list. */
function pathOf(pointer: string, root: unknown, name: string): string {
  let path = name;
  let value = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path = step(path, Array.isArray(value) ? Number(key) : key);
    value = propertyOf(value, key);
  }
  return path;
}

function propertyOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** The first place in a schema where a text stands, as a value or as a name; undefined = nowhere. */
export function findPlace(schema: unknown, text: string, place = 'schema'): string | undefined {
  if (schema === text) return place;
  if (typeof schema !== 'object' || schema === null) return undefined;
  for (const [key, value] of Object.entries(schema)) {
    const next = step(place, Array.isArray(schema) ? Number(key) : key);
    const found = key === text ? next : findPlace(value, text, next);
    if (found !== undefined) return found;
  }
  return undefined;
}
