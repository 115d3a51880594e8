/** What the catalogue says of topics, event types and fields, and how sure each is. */

/**
 * `documented`: on a current page of INVERS. `older-docs`: on an older page only, may have changed.
 * `inferred`: our conclusion from what is documented. `unknown`: looked for and not found.
 */
export type Certainty = 'documented' | 'older-docs' | 'inferred' | 'unknown';

export type FieldType = 'text' | 'number' | 'integer' | 'boolean' | 'object' | 'list';

/** A property of an event. None may be relied on to be there unless it says `required`. */
export interface Field {
  /** Several where INVERS' pages leave it open: each of them passes. */
  readonly types: readonly FieldType[];
  /** One sentence in our words. */
  readonly meaning: string;
  readonly certainty: Certainty;
  readonly required?: true;
  /** As INVERS writes it. */
  readonly unit?: string;
  /** The values that are known. INVERS may add more at any time, so they are never the only ones. */
  readonly values?: readonly string[];
  /** Where it differs from `certainty`. */
  readonly valuesCertainty?: Certainty;
  readonly minimum?: number;
  readonly maximum?: number;
  /** `time`: ISO 8601, UTC. */
  readonly format?: 'time';
  /** Of an object. */
  readonly properties?: Readonly<Record<string, Field>>;
  /** Of a list: the type of what is in it. */
  readonly items?: FieldType;
  /** What is not certain, in one sentence. */
  readonly remark?: string;
}

/** A property of the vehicle state; on the wire it is `{ timestamp, value }`, and `field` is the value. */
export interface StateProperty {
  readonly name: string;
  readonly nameCertainty: Certainty;
  /** The capability that a vehicle must have for it. */
  readonly capability: string;
  readonly capabilityCertainty: Certainty;
  readonly value: Field;
  /** The page it is from. */
  readonly source: string;
}

export interface EventType {
  /** As in `metadata.type`. */
  readonly type: string;
  readonly certainty: Certainty;
  /** The major version of its schema; undefined = no page names one. */
  readonly majorVersion?: number;
  /** Who makes it: the vehicle, or INVERS' servers. */
  readonly source: 'vehicle' | 'oneapi';
  readonly sourceCertainty: Certainty;
  /** One sentence in our words. */
  readonly meaning: string;
  /** What is known of `data`. Empty = nothing. */
  readonly data: Readonly<Record<string, Field>>;
  /** `data` holds a vehicle state, in a place that is not known. */
  readonly hasVehicleState?: true;
  /** What is not known of `data`, in one sentence. */
  readonly remark: string;
}

export interface Topic {
  /** As INVERS displays it; undefined = it is not known which topic carries these types. */
  readonly name?: string;
  readonly certainty: Certainty;
  /** One sentence in our words. */
  readonly meaning: string;
  readonly carries: readonly { readonly type: string; readonly certainty: Certainty }[];
  readonly sources: readonly string[];
}

/** Topics that belong together, and the event types in them. */
export interface TopicFamily {
  readonly topics: readonly Topic[];
  readonly eventTypes: readonly EventType[];
}
