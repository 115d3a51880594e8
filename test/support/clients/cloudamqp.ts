/** The client `@cloudamqp/amqp-client`. */
import { type ClientChannel, type ClientLibrary, once, type ReceivedMessage } from './client.js';

// Its types are those of an ES module only.
type Types = typeof import('@cloudamqp/amqp-client', { with: { 'resolution-mode': 'import' }});
type AMQPChannel = InstanceType<Types['AMQPChannel']>;
type AMQPMessage = InstanceType<Types['AMQPMessage']>;

export const cloudamqp: ClientLibrary = {
  name: '@cloudamqp/amqp-client',
  async connect({ port, vhost, username, password }, { heartbeat = 0, frameMax = 8192 } = {}) {
    const { AMQPClient } = await import('@cloudamqp/amqp-client');
    const [user, secret, place] = [username, password, vhost].map(encodeURIComponent);
    const client = new AMQPClient(
      `amqp://${user}:${secret}@127.0.0.1:${port}/${place}?heartbeat=${heartbeat}&frameMax=${frameMax}`,
    );
    const lost = once<string>();
    client.onerror = ({ message }) => lost.resolve(message);
    client.ondisconnect = (error) => lost.resolve(String(error?.message));
    const connection = await client.connect();
    return {
      lost: lost.promise,
      openChannel: async () => {
        const channel = await connection.channel();
        await channel.confirmSelect();
        return channelOf(channel);
      },
      close: async () => {
        if (!connection.closed) await connection.close().catch(() => undefined); // Lost meanwhile.
        client.socket?.destroy();
      },
    };
  },
};

function channelOf(channel: AMQPChannel): ClientChannel {
  const closed = once<string>();
  channel.onerror = (reason) => closed.resolve(reason);
  return {
    closedByBroker: closed.promise,
    checkQueue: async (queue) =>
      (await channel.queueDeclare(queue, { passive: true })).messageCount,
    prefetch: (count) => channel.prefetch(count),
    async consume(queue, onMessage, options = {}) {
      const { noAck = false, exclusive = false } = options;
      const cancelled = once<void>();
      const consumer = await channel.basicConsume(queue, { noAck, exclusive }, (message) =>
        onMessage(received(message)),
      );
      consumer.wait().catch(() => cancelled.resolve());
      return { tag: consumer.tag, cancelled: cancelled.promise };
    },
    cancel: async (tag) => {
      await channel.basicCancel(tag);
    },
    async get(queue) {
      const message = await channel.basicGet(queue, { noAck: false });
      return message ? received(message) : undefined;
    },
    ack: (tag, multiple) => sent(channel.basicAck(tag, multiple)),
    nack: (tag, requeue, multiple) => sent(channel.basicNack(tag, requeue, multiple)),
    reject: (tag, requeue) => sent(channel.basicReject(tag, requeue)),
    publish: async (queue, body, messageId) => {
      await channel.basicPublish('', queue, body, messageId === undefined ? {} : { messageId });
    },
    close: () => channel.close(),
  };
}

/** What cannot be sent has a channel that is closed, which `closedByBroker` tells. */
function sent(sending: Promise<void>): void {
  sending.catch(() => undefined);
}

function received({ deliveryTag, body, redelivered, properties }: AMQPMessage): ReceivedMessage {
  return {
    tag: deliveryTag,
    body: Buffer.from((body as Uint8Array | null) ?? []),
    redelivered,
    messageId: properties.messageId,
    headers: (properties.headers ?? {}) as Record<string, unknown>,
  };
}
