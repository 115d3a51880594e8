/** Which schema an event is held against: a user's own before the built-in ones, by type and major version. */
import { errorText } from '../errors/error-text';
import { findEventType, schemaKey } from './catalogue';
import type { Problem } from './problem';
import { type Check, checkBuiltIn } from './validate';

/** `type`: nobody knows it. `version`: the type is known, in other versions. `work`: its schema is switched off. */
export type Unchecked = 'type' | 'version' | 'work';

export type CheckResult =
  | {
      readonly schema: string;
      /** Why a user's schema refuses the event. */
      readonly problem?: Problem;
      /** Where the event is not as the built-in schema has it, which is knowledge with gaps: it refuses nothing. */
      readonly odd?: readonly Problem[];
      readonly unchecked?: undefined;
    }
  | {
      readonly schema: null;
      readonly unchecked: Unchecked;
      readonly problem?: undefined;
      readonly odd?: undefined;
    };

/** A user's schema, ready for use. */
export interface OwnSchema {
  /** `<type>@<major>`, or `<type>` for all versions. */
  readonly key: string;
  readonly check: Check;
}

interface Entry {
  readonly key: string;
  readonly check: Check;
  isOff: boolean;
}

const NO_TYPE: CheckResult = { schema: null, unchecked: 'type' };
const NO_VERSION: CheckResult = { schema: null, unchecked: 'version' };
const SWITCHED_OFF: CheckResult = { schema: null, unchecked: 'work' };

export class SchemaSet {
  readonly #own: ReadonlyMap<string, Entry>;
  readonly #ownTypes: ReadonlySet<string>;

  /** `onSwitchedOff` is told once of a schema that takes too much work. */
  constructor(
    own: readonly OwnSchema[] = [],
    private readonly onSwitchedOff: (key: string, reason: string) => void = () => undefined,
  ) {
    this.#own = new Map(own.map(({ key, check }) => [key, { key, check, isOff: false }]));
    this.#ownTypes = new Set(own.map(({ key }) => key.split('@', 1)[0] ?? key));
  }

  /** Never throws. */
  check(type: string, majorVersion: number | undefined, data: unknown): CheckResult {
    const own = this.#findOwn(type, majorVersion);
    if (own) return this.#checkOwn(own, data);
    const known = findEventType(type);
    if (!known) return this.#ownTypes.has(type) ? NO_VERSION : NO_TYPE;
    if (known.majorVersion !== undefined && known.majorVersion !== majorVersion) return NO_VERSION;
    const schema = schemaKey(known);
    const odd = checkBuiltIn(schema, data);
    return odd ? { schema, odd } : { schema };
  }

  #findOwn(type: string, majorVersion: number | undefined): Entry | undefined {
    if (!this.#ownTypes.has(type)) return undefined;
    return this.#own.get(`${type}@${majorVersion}`) ?? this.#own.get(type);
  }

  #checkOwn(entry: Entry, data: unknown): CheckResult {
    if (entry.isOff) return SWITCHED_OFF;
    const { key, check } = entry;
    try {
      const problem = check(data);
      return problem ? { schema: key, problem } : { schema: key };
    } catch (error) {
      // Too much work, or a recursion without an end: it would be so for the next event as well.
      entry.isOff = true;
      this.onSwitchedOff(key, errorText(error));
      return SWITCHED_OFF;
    }
  }
}
