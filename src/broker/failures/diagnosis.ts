/** What one kind of failure of a connection is called, and what users read about it. */
import type { BrokerErrorCode } from '../errors';

export interface Diagnosis {
  readonly code: BrokerErrorCode;
  /** One sentence, at most 80 characters: what is wrong, and what to do where that has room. */
  readonly says: string;
  /** The same for INVERS, where there is no host, port or encryption to check. */
  readonly given?: string;
  /** What follows either of them. */
  readonly more?: string;
  readonly needsPerson?: true;
}

/** What matches comes first, in the order in which they are looked for. */
export type Diagnoses = readonly (readonly [RegExp, Diagnosis])[];

/** Ends a sentence about an answer that cannot be that of INVERS. */
export const IN_BETWEEN = 'a proxy stands in between.';

/** For what answers, but is no AMQP 0-9-1 broker. */
export const NO_AMQP = {
  more: 'An AMQP broker listens on 5671 with TLS and on 5672 without, unless its owner says otherwise.',
  needsPerson: true,
} as const;
