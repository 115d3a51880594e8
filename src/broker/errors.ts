/** What can go wrong between us and the broker: a code for each kind, and whether a person has to mend it. */

import { printable } from '../errors/printable';

/** Each code is also the key of a status text in the nodes' message catalogues. */
export type BrokerErrorCode =
  | 'login-refused'
  | 'vhost-refused'
  | 'vhost-down'
  | 'connection-limit'
  | 'channel-limit'
  | 'certificate-untrusted'
  | 'certificate-wrong-host'
  | 'certificate-expired'
  | 'client-certificate-refused'
  | 'not-tls'
  | 'tls-required'
  | 'tls-mismatch'
  | 'not-amqp'
  | 'other-amqp'
  | 'http'
  | 'settings-invalid'
  | 'host-unknown'
  | 'unreachable'
  | 'connection-lost'
  | 'no-answer'
  | 'closed-by-broker'
  | 'process-blocked'
  | 'frame-unreadable'
  | 'queue-missing'
  | 'queue-away'
  | 'queue-deleted'
  | 'queue-refused'
  | 'queue-in-use'
  | 'consumer-cancelled'
  | 'acknowledgement-late'
  | 'channel-closed';

export interface BrokerErrorOptions extends ErrorOptions {
  /** The whole connection is concerned, not just one queue. */
  readonly scope: 'connection' | 'queue';
  /** Trying again helps only after somebody changed something: settings, permissions, subscriptions. */
  readonly needsPerson: boolean;
}

/**
 * The first sentence of the message says what is wrong or what to do in at most 80 characters, for any code:
 * Node-RED's status and debug lines show no more.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly scope: 'connection' | 'queue';
  readonly needsPerson: boolean;

  constructor(
    readonly code: BrokerErrorCode,
    message: string,
    options: BrokerErrorOptions,
  ) {
    super(printable(message), options);
    this.scope = options.scope;
    this.needsPerson = options.needsPerson;
  }
}

/** The settings themselves cannot be used; `message` says which and why. */
export function settingsInvalid(message: string): BrokerError {
  return new BrokerError('settings-invalid', message, { scope: 'connection', needsPerson: true });
}

/** Milliseconds that the broker had waited for an acknowledgement; undefined where it does not say. */
export function patienceOf({ cause }: BrokerError): number | undefined {
  const text = cause instanceof Error ? cause.message : '';
  const milliseconds = /timeout value used: (\d+) ?ms/i.exec(text)?.[1];
  return milliseconds === undefined ? undefined : Number(milliseconds);
}

/** The cause in short; amqplib puts whole frames into some of its texts. */
export function reason(cause: Error): string {
  return cause.message.replace(/\s+/g, ' ').slice(0, 200) || cause.name;
}
