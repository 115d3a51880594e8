/** Why a connection could not be made or ended, in words that tell a user what to do. */

import { BrokerError, reason } from '../errors';
import { diagnose } from './diagnoses';
import type { Diagnosis } from './diagnosis';

/** Where it was tried to connect to. */
export interface Place {
  /** `host:port` */
  readonly address: string;
  /** Host, port and encryption are not the user's to choose: the form has no such fields. */
  readonly isGiven?: boolean | undefined;
}

const CONNECTION_LOST: Diagnosis = {
  code: 'connection-lost',
  says: 'The connection broke, and it is made anew.',
};

/** Explains why a connection could not be made or ended. */
export function connectionError(cause: Error, { address, isGiven }: Place): BrokerError {
  const { code, says, given, more, needsPerson } = diagnose(cause) ?? CONNECTION_LOST;
  const sentence = isGiven && given !== undefined ? given : says;
  const sentences = [sentence, ...(more === undefined ? [] : [more])].join(' ');
  return new BrokerError(code, `${sentences} (${address}: ${reason(cause)})`, {
    cause,
    scope: 'connection',
    needsPerson: needsPerson ?? false,
  });
}

/** The connection broke because this process gave no sign of life for so many milliseconds. */
export function processBlocked(cause: Error, address: string, lasted: number): BrokerError {
  const seconds = Math.round(lasted / 1_000);
  return new BrokerError(
    'process-blocked',
    `Node-RED was blocked for ${seconds} s, so the broker took it for dead. It did nothing but work in one node: look for a Function that computes or waits for long without a pause. The connection is made anew. (${address}: ${reason(cause)})`,
    { cause, scope: 'connection', needsPerson: false },
  );
}
