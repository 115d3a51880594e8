/** What can go wrong between us and the broker, in words that tell a user what to do. */

import { printable } from '../errors/printable';

/** Each code is also the key of a status text in the nodes' message catalogues. */
export type BrokerErrorCode =
  | 'login-refused'
  | 'vhost-refused'
  | 'certificate-untrusted'
  | 'certificate-wrong-host'
  | 'certificate-expired'
  | 'client-certificate-refused'
  | 'not-tls'
  | 'settings-invalid'
  | 'host-unknown'
  | 'unreachable'
  | 'connection-lost'
  | 'no-answer'
  | 'closed-by-broker'
  | 'process-blocked'
  | 'queue-missing'
  | 'queue-deleted'
  | 'queue-refused'
  | 'queue-in-use'
  | 'acknowledgement-late'
  | 'channel-closed';

export interface BrokerErrorOptions extends ErrorOptions {
  /** The whole connection is concerned, not just one queue. */
  readonly scope: 'connection' | 'queue';
  /** Trying again helps only after somebody changed something: settings, permissions, subscriptions. */
  readonly needsPerson: boolean;
}

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

interface Diagnosis {
  readonly code: BrokerErrorCode;
  readonly advice: string;
  readonly needsPerson?: true;
}

/** Codes of Node.js' sockets and of OpenSSL, in the order in which they are looked for. */
const SOCKET_DIAGNOSES: readonly (readonly [RegExp, Diagnosis])[] = [
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    {
      code: 'certificate-wrong-host',
      advice:
        'The server’s certificate is for another host name. Check the host; where a proxy stands in between, set its server name in the TLS configuration.',
      needsPerson: true,
    },
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    {
      code: 'certificate-expired',
      advice:
        'The server’s certificate is not valid today. Check this machine’s clock, then ask whoever runs the server.',
      needsPerson: true,
    },
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT)/,
    {
      code: 'certificate-untrusted',
      advice:
        'The server’s certificate is not signed by an authority that this machine trusts. Give its CA certificate in the TLS configuration, if you trust it.',
      needsPerson: true,
    },
  ],
  [
    /^ERR_SSL_.*(CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA)/,
    {
      code: 'client-certificate-refused',
      advice:
        'The server wants a client certificate and did not get one that it accepts. Check certificate and key in the TLS configuration.',
      needsPerson: true,
    },
  ],
  [
    /^ERR_OSSL_/,
    {
      code: 'settings-invalid',
      advice:
        'The certificate, key or passphrase in the TLS configuration cannot be read. Check that they are PEM texts that belong together.',
      needsPerson: true,
    },
  ],
  [
    /^(ERR_SSL_|EPROTO)/,
    {
      code: 'not-tls',
      advice: 'The port does not speak TLS. Check the port, or switch TLS off.',
      needsPerson: true,
    },
  ],
  [
    /^(ENOTFOUND|EAI_)/,
    {
      code: 'host-unknown',
      advice: 'The host name could not be resolved. Check the host and this machine’s network.',
    },
  ],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL)$/,
    {
      code: 'unreachable',
      advice: 'Nothing answers there. Check host, port, network and firewall; it is tried again.',
    },
  ],
];

/** amqplib reports what happens during the handshake as texts without a code. */
const TEXT_DIAGNOSES: readonly (readonly [RegExp, Diagnosis])[] = [
  [
    /ACCESS.REFUSED|\b403\b/,
    {
      code: 'login-refused',
      advice:
        'The broker refused the user name or password. Copy both again from FleetControl > Developers > Event Consumers, and look there whether the consumer is suspended.',
      needsPerson: true,
    },
  ],
  [
    /NOT.ALLOWED|\b530\b|Expected ConnectionOpenOk; got <ConnectionClose/,
    {
      code: 'vhost-refused',
      advice:
        'The broker refused the virtual host: it does not exist or this user may not enter it. Copy it again from FleetControl > Developers > Event Consumers.',
      needsPerson: true,
    },
  ],
  [
    /ETIMEDOUT/,
    {
      code: 'unreachable',
      advice: 'Nothing answers there. Check host, port, network and firewall; it is tried again.',
    },
  ],
  [
    /Heartbeat timeout/,
    { code: 'no-answer', advice: 'The broker went silent. The connection is made anew.' },
  ],
  [
    /CONNECTION.FORCED|\b320\b/,
    {
      code: 'closed-by-broker',
      advice: 'The broker closed the connection. The connection is made anew.',
    },
  ],
];

const CONNECTION_LOST: Diagnosis = {
  code: 'connection-lost',
  advice: 'The connection broke. It is made anew.',
};

/** Explains why a connection could not be made or ended. `address` is `host:port`. */
export function connectionError(cause: Error, address: string): BrokerError {
  const socketCode = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const diagnosis =
    find(SOCKET_DIAGNOSES, socketCode) ?? find(TEXT_DIAGNOSES, cause.message) ?? CONNECTION_LOST;
  return new BrokerError(diagnosis.code, `${address}: ${diagnosis.advice} (${reason(cause)})`, {
    cause,
    scope: 'connection',
    needsPerson: diagnosis.needsPerson ?? false,
  });
}

/** The connection broke because this process gave no sign of life for so many milliseconds. */
export function processBlocked(cause: Error, address: string, lasted: number): BrokerError {
  const seconds = Math.round(lasted / 1_000);
  return new BrokerError(
    'process-blocked',
    `${address}: Node-RED did nothing for ${seconds} s but work in one node, so the broker took it for dead. Look for a Function that computes or waits for long without a pause. The connection is made anew. (${reason(cause)})`,
    { cause, scope: 'connection', needsPerson: false },
  );
}

/** The settings themselves cannot be used; `message` says which and why. */
export function settingsInvalid(message: string): BrokerError {
  return new BrokerError('settings-invalid', message, { scope: 'connection', needsPerson: true });
}

/** `PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms.` */
const LATE_ACKNOWLEDGEMENT = /delivery acknowledgement on channel .* timed out/i;

/** Explains why a queue could not be consumed, or no longer. */
export function queueError(cause: Error, queue: string): BrokerError {
  const replyCode = 'code' in cause ? cause.code : undefined;
  const quoted = JSON.stringify(queue);
  const options = { cause, scope: 'queue', needsPerson: true } as const;
  if (replyCode === 404) {
    return new BrokerError(
      'queue-missing',
      `There is no queue ${quoted}. Compare it with FleetControl > Developers > Event Consumers; if the topic was unsubscribed there (INVERS does that after three days without a reader), subscribe to it again. It is looked for again and again.`,
      options,
    );
  }
  if (replyCode === 405 || /in exclusive use|locked/i.test(cause.message)) {
    return new BrokerError(
      'queue-in-use',
      `The queue ${quoted} is locked by another reader. Stop the other program that reads it; it is tried again.`,
      options,
    );
  }
  if (replyCode === 403) {
    return new BrokerError(
      'queue-refused',
      `This user may not read the queue ${quoted}. Check that the queue belongs to this event consumer.`,
      options,
    );
  }
  if (LATE_ACKNOWLEDGEMENT.test(cause.message)) {
    return new BrokerError(
      'acknowledgement-late',
      `An event of the queue ${quoted} was on its way for longer than the broker waits. It comes again, and the channel is opened anew. Set a shorter deadline. (${reason(cause)})`,
      { ...options, needsPerson: false },
    );
  }
  return new BrokerError(
    'channel-closed',
    `The broker closed the channel of the queue ${quoted}. It is opened anew. (${reason(cause)})`,
    { ...options, needsPerson: false },
  );
}

/** Milliseconds that the broker had waited for an acknowledgement; undefined where it does not say. */
export function patienceOf({ cause }: BrokerError): number | undefined {
  const text = cause instanceof Error ? cause.message : '';
  const milliseconds = /timeout value used: (\d+) ?ms/i.exec(text)?.[1];
  return milliseconds === undefined ? undefined : Number(milliseconds);
}

/** The broker cancelled the consumer, which it does when the queue is deleted. */
export function queueDeleted(queue: string): BrokerError {
  return new BrokerError(
    'queue-deleted',
    `The queue ${JSON.stringify(queue)} was deleted while it was read, as happens when the topic is unsubscribed. Subscribe to it again in FleetControl > Developers > Event Consumers. It is looked for again and again.`,
    { scope: 'queue', needsPerson: true },
  );
}

function find(
  diagnoses: readonly (readonly [RegExp, Diagnosis])[],
  text: string | undefined,
): Diagnosis | undefined {
  return text === undefined ? undefined : diagnoses.find(([pattern]) => pattern.test(text))?.[1];
}

/** The cause in short; amqplib puts whole frames into some of its texts. */
function reason(cause: Error): string {
  return cause.message.replace(/\s+/g, ' ').slice(0, 200) || cause.name;
}
