/** What a channel does for each method that a client may send on it: queues, consumers, getting and settling. */
import { randomUUID } from 'node:crypto';
import { AmqpError } from './amqp/errors';
import type { Method, MethodName } from './amqp/methods';
import type { Channel } from './channel';
import type { Queue } from './queue';
import { giveBack, type OpenDelivery, settle } from './unacked';

type Handlers = {
  readonly [Name in MethodName]?: (channel: Channel, method: Method<Name>) => void;
};

const HANDLERS: Handlers = {
  'channel.flow': (channel, { active }) => {
    if (!active) throw new AmqpError(540, 'active=false');
    channel.send({ name: 'channel.flow-ok', active });
  },

  'exchange.declare': (_channel, { exchange }) => refuseExchange(exchange),
  'exchange.delete': (_channel, { exchange }) => refuseExchange(exchange),
  'queue.bind': (_channel, { exchange }) => refuseExchange(exchange),
  'queue.unbind': (_channel, { exchange }) => refuseExchange(exchange),

  'queue.declare': (channel, method) => {
    const { queues } = channel.connection;
    const name = method.passive ? nameOf(channel, method) : method.queue;
    const queue = queues.declare({ ...method, queue: name }, channel.connection);
    channel.lastQueue = queue.name;
    if (method.noWait) return;
    channel.send({
      name: 'queue.declare-ok',
      queue: queue.name,
      messageCount: queue.ready,
      consumerCount: queue.consumers.length,
    });
  },
  'queue.purge': (channel, method) => {
    const messageCount = queueOf(channel, method).purge();
    if (!method.noWait) channel.send({ name: 'queue.purge-ok', messageCount });
  },
  'queue.delete': (channel, method) => {
    const messageCount = deleteQueue(channel, method);
    if (!method.noWait) channel.send({ name: 'queue.delete-ok', messageCount });
  },

  'basic.qos': (channel, { prefetchSize, prefetchCount, global }) => {
    if (prefetchSize !== 0) throw new AmqpError(540, `prefetch_size!=0 (${prefetchSize})`);
    if (global) channel.channelPrefetch = prefetchCount;
    else channel.prefetch = prefetchCount;
    channel.send({ name: 'basic.qos-ok' });
    channel.giveOut();
  },
  'basic.consume': (channel, method) => {
    const { noAck, exclusive, noWait } = method;
    const queue = queueOf(channel, method);
    const tag = method.consumerTag || `amq.ctag-${randomUUID()}`;
    checkConsumer(channel, queue, tag, exclusive);
    const { 'x-priority': priority = 0 } = method.arguments;
    if (typeof priority !== 'number') {
      const where = channel.connection.queues.describe(queue.name);
      throw new AmqpError(406, `invalid arg 'x-priority' for ${where}`);
    }
    channel.addConsumer({ tag, queue, noAck, exclusive, prefetch: channel.prefetch });
    if (!noWait) channel.send({ name: 'basic.consume-ok', consumerTag: tag });
    queue.giveOut();
  },
  'basic.cancel': (channel, { consumerTag, noWait }) => {
    channel.removeConsumer(consumerTag);
    if (!noWait) channel.send({ name: 'basic.cancel-ok', consumerTag });
  },
  'basic.get': (channel, method) => get(channel, queueOf(channel, method), method.noAck),

  'basic.ack': (channel, { deliveryTag, multiple }) =>
    answer(channel, settle, channel.unacked.take(deliveryTag, multiple)),
  'basic.reject': (channel, { deliveryTag, requeue }) =>
    answer(channel, requeue ? giveBack : settle, channel.unacked.take(deliveryTag, false)),
  'basic.nack': (channel, { deliveryTag, multiple, requeue }) =>
    answer(channel, requeue ? giveBack : settle, channel.unacked.take(deliveryTag, multiple)),
  'basic.recover': (channel, { requeue }) => {
    recover(channel, requeue);
    channel.send({ name: 'basic.recover-ok' });
  },
  'basic.recover-async': (channel, { requeue }) => recover(channel, requeue),

  'confirm.select': (channel, { noWait }) => {
    channel.selectConfirms();
    if (!noWait) channel.send({ name: 'confirm.select-ok' });
  },
};

/** Throws an AmqpError for a method that is refused, and for one that only a broker sends. */
export function handleMethod(channel: Channel, method: Method): void {
  // Each handler takes the method of its own name, which the type of a look-up by name cannot say.
  const handler = HANDLERS[method.name] as ((channel: Channel, method: Method) => void) | undefined;
  if (!handler) throw new AmqpError(503, 'unimplemented method');
  handler(channel, method);
}

function refuseExchange(exchange: string): never {
  if (exchange === '') throw new AmqpError(403, 'operation not permitted on the default exchange');
  throw new AmqpError(540, 'the sandbox has no exchange but the default one');
}

/** An empty name means the queue that the channel declared last. */
function nameOf(channel: Channel, { queue }: { readonly queue: string }): string {
  const name = queue || channel.lastQueue;
  if (name === '') throw new AmqpError(404, 'no previously declared queue');
  return name;
}

function queueOf(channel: Channel, method: { readonly queue: string }): Queue {
  const { connection } = channel;
  return connection.queues.get(nameOf(channel, method), connection);
}

/** Deleting what is not there is no error. */
function deleteQueue(channel: Channel, method: Method<'queue.delete'>): number {
  const { queues } = channel.connection;
  if (!queues.find(nameOf(channel, method))) return 0;
  const queue = queueOf(channel, method);
  const described = queues.describe(queue.name);
  if (method.ifUnused && queue.consumers.length > 0)
    throw new AmqpError(406, `${described} in use`);
  if (method.ifEmpty && queue.ready > 0) throw new AmqpError(406, `${described} is not empty`);
  return queues.delete(queue);
}

function checkConsumer(channel: Channel, queue: Queue, tag: string, exclusive: boolean): void {
  const { queues, limits } = channel.connection;
  if (channel.consumers.has(tag)) {
    throw new AmqpError(530, `attempt to reuse consumer tag '${tag}'`);
  }
  const others = queue.consumers;
  if (others.some((other) => other.exclusive) || (exclusive && others.length > 0)) {
    throw new AmqpError(403, `${queues.describe(queue.name)} in exclusive use`);
  }
  if (channel.consumers.size >= limits.consumers) {
    throw new AmqpError(406, `a channel of the sandbox has ${limits.consumers} consumers at most`);
  }
}

function get(channel: Channel, queue: Queue, noAck: boolean): void {
  if (!noAck && !queue.mayGiveOut) {
    const described = channel.connection.queues.describe(queue.name);
    throw new AmqpError(
      406,
      `${described} has ${queue.unacked} unacknowledged messages, no more are given out`,
    );
  }
  const message = queue.take();
  if (!message) {
    channel.send({ name: 'basic.get-empty', reserved1: '' });
    return;
  }
  if (noAck) queue.settle(message);
  const { unacked } = channel;
  const deliveryTag = noAck
    ? unacked.nextTag()
    : unacked.add({ queue, message, consumer: undefined });
  const { redelivered } = message;
  const place = { exchange: '', routingKey: queue.name };
  channel.connection.sendContent(
    channel.number,
    { name: 'basic.get-ok', deliveryTag, redelivered, ...place, messageCount: queue.ready },
    message,
  );
}

function answer(
  channel: Channel,
  how: (deliveries: readonly OpenDelivery[]) => void,
  deliveries: readonly OpenDelivery[],
): void {
  how(deliveries);
  // Queues of the channel's other consumers may have waited for room in the channel.
  if (channel.channelPrefetch > 0) channel.giveOut();
}

function recover(channel: Channel, requeue: boolean): void {
  if (!requeue) throw new AmqpError(540, 'requeue=false');
  answer(channel, giveBack, channel.unacked.takeAll());
}
