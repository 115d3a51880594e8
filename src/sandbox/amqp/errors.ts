/** What a broker may object to, with AMQP's reply codes, and how far the damage goes: the channel or the connection. */

/** Reply codes and their names. Source: AMQP 0-9-1 specification, "constants", and RabbitMQ for the names in texts. */
const NAMES = {
  320: 'CONNECTION_FORCED',
  403: 'ACCESS_REFUSED',
  404: 'NOT_FOUND',
  405: 'RESOURCE_LOCKED',
  406: 'PRECONDITION_FAILED',
  501: 'FRAME_ERROR',
  502: 'SYNTAX_ERROR',
  503: 'COMMAND_INVALID',
  504: 'CHANNEL_ERROR',
  505: 'UNEXPECTED_FRAME',
  506: 'RESOURCE_ERROR',
  530: 'NOT_ALLOWED',
  540: 'NOT_IMPLEMENTED',
  541: 'INTERNAL_ERROR',
} as const;

export type ReplyCode = keyof typeof NAMES;

/** Codes that close the channel only; all others close the connection. Source: the specification, class "soft-error". */
const SOFT: ReadonlySet<ReplyCode> = new Set<ReplyCode>([403, 404, 405, 406]);

/** An answer to something a client must not do. `message` is the reply text: `NOT_FOUND - no queue …`. */
export class AmqpError extends Error {
  override readonly name = 'AmqpError';
  readonly closesConnection: boolean;

  constructor(
    readonly code: ReplyCode,
    explanation: string,
    { hard = !SOFT.has(code) }: { readonly hard?: boolean } = {},
  ) {
    super(`${NAMES[code]} - ${explanation}`);
    this.closesConnection = hard;
  }
}
