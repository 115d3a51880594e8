/** The client `rabbitmq-client`. It has no basic.reject of its own: it rejects with a nack. */
import { type AsyncMessage, type Channel, Connection, type SyncMessage } from 'rabbitmq-client';
import { type ClientChannel, type ClientLibrary, once, type ReceivedMessage } from './client.js';

export const rabbitmqClient: ClientLibrary = {
  name: 'rabbitmq-client',
  async connect(address, options = {}) {
    const connection = new Connection({ hostname: '127.0.0.1', ...address, ...options });
    const lost = once<string>();
    connection.on('error', (error: Error) => {
      lost.resolve(error.message);
      // It would try again for ever.
      connection.unsafeDestroy();
    });
    const refused = lost.promise.then((reason) => Promise.reject(new Error(reason)));
    await Promise.race([connection.onConnect(), refused]);
    refused.catch(() => undefined); // From here on `lost` tells.
    return {
      lost: lost.promise,
      openChannel: async () => {
        const channel = await connection.acquire({ emitErrorsFromChannel: true });
        await channel.confirmSelect();
        return channelOf(channel);
      },
      close: async () => {
        connection.unsafeDestroy();
      },
    };
  },
};

function channelOf(channel: Channel): ClientChannel {
  const closed = once<string>();
  channel.on('error', (error: Error) => closed.resolve(error.message));
  return {
    closedByBroker: closed.promise,
    checkQueue: async (queue) =>
      (await channel.queueDeclare({ queue, passive: true })).messageCount,
    prefetch: (prefetchCount) => channel.basicQos({ prefetchCount }),
    async consume(queue, onMessage, options) {
      const cancelled = once<void>();
      const { consumerTag } = await channel.basicConsume({ queue, ...options }, (message) =>
        onMessage(received(message)),
      );
      channel.on('basic.cancel', (tag) => {
        if (tag === consumerTag) cancelled.resolve();
      });
      return { tag: consumerTag, cancelled: cancelled.promise };
    },
    cancel: async (tag) => {
      await channel.basicCancel(tag);
    },
    async get(queue) {
      const message = await channel.basicGet({ queue });
      return message ? received(message) : undefined;
    },
    ack: (deliveryTag, multiple = false) => channel.basicAck({ deliveryTag, multiple }),
    nack: (deliveryTag, requeue, multiple = false) =>
      channel.basicNack({ deliveryTag, requeue, multiple }),
    reject: (deliveryTag, requeue) => channel.basicNack({ deliveryTag, requeue }),
    publish: (routingKey, body, messageId) =>
      channel.basicPublish({ routingKey, ...(messageId === undefined ? {} : { messageId }) }, body),
    close: () => channel.close(),
  };
}

function received(message: AsyncMessage | SyncMessage): ReceivedMessage {
  const { deliveryTag, redelivered, messageId, headers } = message;
  const body = message.body as unknown;
  return {
    tag: deliveryTag,
    // It parses what is declared to be JSON.
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    redelivered,
    messageId,
    headers: (headers ?? {}) as Record<string, unknown>,
  };
}
