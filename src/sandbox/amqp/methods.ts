/**
 * The methods of AMQP 0-9-1 that the sandbox speaks, as a table: name → ids and fields in the order of the wire.
 *
 * Source: the AMQP 0-9-1 specification with RabbitMQ's extensions (basic.nack, confirm, consumer_cancel_notify).
 * `reserved…` are fields that the specification keeps but nobody uses.
 */
import type { FieldTable } from './field-table';

/** What each type of field is in JavaScript. Bits that follow each other share an octet. */
export interface FieldTypes {
  octet: number;
  short: number;
  long: number;
  longlong: number;
  shortstr: string;
  longstr: Buffer;
  bit: boolean;
  table: FieldTable;
}

interface Definition {
  /** Class and method. */
  readonly id: readonly [number, number];
  readonly fields: Readonly<Record<string, keyof FieldTypes>>;
}

const CLOSE = {
  replyCode: 'short',
  replyText: 'shortstr',
  failedClass: 'short',
  failedMethod: 'short',
} as const;
const TUNE = { channelMax: 'short', frameMax: 'long', heartbeat: 'short' } as const;
const PLACE = { exchange: 'shortstr', routingKey: 'shortstr' } as const;

export const METHODS = {
  'connection.start': {
    id: [10, 10],
    fields: {
      versionMajor: 'octet',
      versionMinor: 'octet',
      serverProperties: 'table',
      mechanisms: 'longstr',
      locales: 'longstr',
    },
  },
  'connection.start-ok': {
    id: [10, 11],
    fields: {
      clientProperties: 'table',
      mechanism: 'shortstr',
      response: 'longstr',
      locale: 'shortstr',
    },
  },
  'connection.tune': { id: [10, 30], fields: TUNE },
  'connection.tune-ok': { id: [10, 31], fields: TUNE },
  'connection.open': {
    id: [10, 40],
    fields: { virtualHost: 'shortstr', reserved1: 'shortstr', reserved2: 'bit' },
  },
  'connection.open-ok': { id: [10, 41], fields: { reserved1: 'shortstr' } },
  'connection.close': { id: [10, 50], fields: CLOSE },
  'connection.close-ok': { id: [10, 51], fields: {} },

  'channel.open': { id: [20, 10], fields: { reserved1: 'shortstr' } },
  'channel.open-ok': { id: [20, 11], fields: { reserved1: 'longstr' } },
  'channel.flow': { id: [20, 20], fields: { active: 'bit' } },
  'channel.flow-ok': { id: [20, 21], fields: { active: 'bit' } },
  'channel.close': { id: [20, 40], fields: CLOSE },
  'channel.close-ok': { id: [20, 41], fields: {} },

  'exchange.declare': {
    id: [40, 10],
    fields: {
      reserved1: 'short',
      exchange: 'shortstr',
      type: 'shortstr',
      passive: 'bit',
      durable: 'bit',
      autoDelete: 'bit',
      internal: 'bit',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'exchange.delete': {
    id: [40, 20],
    fields: { reserved1: 'short', exchange: 'shortstr', ifUnused: 'bit', noWait: 'bit' },
  },

  'queue.declare': {
    id: [50, 10],
    fields: {
      reserved1: 'short',
      queue: 'shortstr',
      passive: 'bit',
      durable: 'bit',
      exclusive: 'bit',
      autoDelete: 'bit',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'queue.declare-ok': {
    id: [50, 11],
    fields: { queue: 'shortstr', messageCount: 'long', consumerCount: 'long' },
  },
  'queue.bind': {
    id: [50, 20],
    fields: { reserved1: 'short', queue: 'shortstr', ...PLACE, noWait: 'bit', arguments: 'table' },
  },
  'queue.purge': {
    id: [50, 30],
    fields: { reserved1: 'short', queue: 'shortstr', noWait: 'bit' },
  },
  'queue.purge-ok': { id: [50, 31], fields: { messageCount: 'long' } },
  'queue.delete': {
    id: [50, 40],
    fields: {
      reserved1: 'short',
      queue: 'shortstr',
      ifUnused: 'bit',
      ifEmpty: 'bit',
      noWait: 'bit',
    },
  },
  'queue.delete-ok': { id: [50, 41], fields: { messageCount: 'long' } },
  'queue.unbind': {
    id: [50, 50],
    fields: { reserved1: 'short', queue: 'shortstr', ...PLACE, arguments: 'table' },
  },

  'basic.qos': {
    id: [60, 10],
    fields: { prefetchSize: 'long', prefetchCount: 'short', global: 'bit' },
  },
  'basic.qos-ok': { id: [60, 11], fields: {} },
  'basic.consume': {
    id: [60, 20],
    fields: {
      reserved1: 'short',
      queue: 'shortstr',
      consumerTag: 'shortstr',
      noLocal: 'bit',
      noAck: 'bit',
      exclusive: 'bit',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'basic.consume-ok': { id: [60, 21], fields: { consumerTag: 'shortstr' } },
  'basic.cancel': { id: [60, 30], fields: { consumerTag: 'shortstr', noWait: 'bit' } },
  'basic.cancel-ok': { id: [60, 31], fields: { consumerTag: 'shortstr' } },
  'basic.publish': {
    id: [60, 40],
    fields: { reserved1: 'short', ...PLACE, mandatory: 'bit', immediate: 'bit' },
  },
  'basic.return': {
    id: [60, 50],
    fields: { replyCode: 'short', replyText: 'shortstr', ...PLACE },
  },
  'basic.deliver': {
    id: [60, 60],
    fields: { consumerTag: 'shortstr', deliveryTag: 'longlong', redelivered: 'bit', ...PLACE },
  },
  'basic.get': { id: [60, 70], fields: { reserved1: 'short', queue: 'shortstr', noAck: 'bit' } },
  'basic.get-ok': {
    id: [60, 71],
    fields: { deliveryTag: 'longlong', redelivered: 'bit', ...PLACE, messageCount: 'long' },
  },
  'basic.get-empty': { id: [60, 72], fields: { reserved1: 'shortstr' } },
  'basic.ack': { id: [60, 80], fields: { deliveryTag: 'longlong', multiple: 'bit' } },
  'basic.reject': { id: [60, 90], fields: { deliveryTag: 'longlong', requeue: 'bit' } },
  'basic.recover-async': { id: [60, 100], fields: { requeue: 'bit' } },
  'basic.recover': { id: [60, 110], fields: { requeue: 'bit' } },
  'basic.recover-ok': { id: [60, 111], fields: {} },
  'basic.nack': {
    id: [60, 120],
    fields: { deliveryTag: 'longlong', multiple: 'bit', requeue: 'bit' },
  },

  'confirm.select': { id: [85, 10], fields: { noWait: 'bit' } },
  'confirm.select-ok': { id: [85, 11], fields: {} },
} as const satisfies Record<string, Definition>;

export type MethodName = keyof typeof METHODS;

type FieldsOf<Name extends MethodName> = {
  readonly [Field in keyof (typeof METHODS)[Name]['fields']]: (typeof METHODS)[Name]['fields'][Field] extends keyof FieldTypes
    ? FieldTypes[(typeof METHODS)[Name]['fields'][Field]]
    : never;
};

/** One method with its fields: `{ name: 'basic.ack', deliveryTag, multiple }`. */
export type Method<Name extends MethodName = MethodName> = {
  [Each in Name]: { readonly name: Each } & FieldsOf<Each>;
}[Name];
