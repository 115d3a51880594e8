/** Counts the work of each keyword of a user's schema, for each value that it is held against. */
import { _, type default as Ajv2020, type CodeKeywordDefinition, Name } from 'ajv/dist/2020';
import type { WorkLimit } from './work-limit';

/** Of holding one value against one keyword or branch, which may leave an error behind: bounds how many are kept. */
const STEP = 25;
/** Of following one reference, and of the errors so far, which ajv copies where it leads to another one. */
const REFERENCE = 100;
const COPIES = 16;
/** What ajv calls the errors so far in the code that it makes. */
const ERRORS = new Name('vErrors');
/** For one unit so many characters are counted. */
const CHARACTERS = 16;

/** Each of their schemas is tried. */
const BRANCHING = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
/** They go through the items of a list. */
const ITERATING = new Set(['items', 'contains', 'unevaluatedItems']);
/** They go through the properties of an object. */
const ENUMERATING = new Set([
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
]);
const REFERRING = new Set(['$ref', '$dynamicRef']);
const MEASURING = new Set(['minLength', 'maxLength']);

/** These are counted always. The others look at one value once, and each value that they look at has been counted. */
const DEAR = [BRANCHING, ITERATING, ENUMERATING, REFERRING, MEASURING];
/** Beyond so many parts they are counted too. */
const FEW = 16;

/** In the order that ajv has them in: what is not evaluated is known after the others. */
export function meterKeywords(ajv: Ajv2020, work: WorkLimit): void {
  const { rules, post } = ajv.RULES;
  const names = [...rules, post].flatMap((group) => group.rules.map(({ keyword }) => keyword));
  for (const name of names) {
    const definition = ajv.getKeyword(name);
    if (typeof definition === 'object' && 'code' in definition) {
      meter(ajv, name, definition as CodeKeywordDefinition, work);
    }
  }
}

function meter(
  ajv: Ajv2020,
  keyword: string,
  definition: CodeKeywordDefinition,
  work: WorkLimit,
): void {
  const isDear = DEAR.some((keywords) => keywords.has(keyword));
  const price = priceOf(keyword);
  const spend = (data: unknown, size: number, errors: readonly unknown[] | null): void =>
    work.spend(price(data, size, errors?.length ?? 0));
  ajv.removeKeyword(keyword);
  ajv.addKeyword({
    ...definition,
    keyword,
    code(context, ruleType) {
      const { gen, data, schema } = context;
      const size = sizeOf(schema);
      if (isDear || size > FEW) {
        gen.code(_`${gen.scopeValue('func', { ref: spend })}(${data}, ${size}, ${ERRORS})`);
      }
      definition.code(context, ruleType);
    },
  });
}

/** How many parts a keyword's value has. */
function sizeOf(schema: unknown): number {
  return typeof schema === 'object' && schema !== null ? Object.keys(schema).length : 1;
}

/** Units for one value; `size` = how many parts the keyword has. */
function priceOf(keyword: string): (data: unknown, size: number, errors: number) => number {
  if (REFERRING.has(keyword)) return (_data, _size, errors) => REFERENCE + errors / COPIES;
  if (BRANCHING.has(keyword)) return (_data, size) => STEP * (1 + size);
  if (ITERATING.has(keyword)) return (data) => STEP * (1 + lengthOf(data));
  if (ENUMERATING.has(keyword)) {
    const isPattern = keyword === 'patternProperties';
    return (data, size) => STEP * (1 + keysOf(data) * (isPattern ? size : 1));
  }
  if (MEASURING.has(keyword)) return (data) => STEP + lengthOf(data) / CHARACTERS;
  // names of properties, or values of a list: only looked at
  return (_data, size) => STEP + size;
}

function lengthOf(data: unknown): number {
  return typeof data === 'string' || Array.isArray(data) ? data.length : 0;
}

function keysOf(data: unknown): number {
  return typeof data === 'object' && data !== null ? Object.keys(data).length : 0;
}
