/** The client `amqplib`, which the package itself uses. */
import { type ConfirmChannel, connect, type Message } from 'amqplib';
import { type ClientChannel, type ClientLibrary, once, type ReceivedMessage } from './client.js';

export const amqplib: ClientLibrary = {
  name: 'amqplib',
  async connect({ vhost, ...address }, { heartbeat, frameMax } = {}) {
    const connection = await connect(
      {
        hostname: '127.0.0.1',
        ...address,
        vhost: encodeURIComponent(vhost),
        ...(heartbeat === undefined ? {} : { heartbeat }),
        ...(frameMax === undefined ? {} : { frameMax }),
      },
      { noDelay: true },
    );
    const lost = once<string>();
    connection.on('error', (error: Error) => lost.resolve(error.message));
    connection.on('close', (error?: Error) => lost.resolve(String(error?.message)));
    return {
      lost: lost.promise,
      openChannel: async () => channelOf(await connection.createConfirmChannel()),
      close: () => connection.close().catch(() => undefined), // It may be closed already.
    };
  },
};

function channelOf(channel: ConfirmChannel): ClientChannel {
  const closed = once<string>();
  channel.on('error', (error: Error) => closed.resolve(error.message));
  // amqplib asks for a message, but the tag is all that it looks at.
  const withTag = (deliveryTag: number) => ({ fields: { deliveryTag } }) as Message;
  return {
    closedByBroker: closed.promise,
    checkQueue: async (queue) => (await channel.checkQueue(queue)).messageCount,
    prefetch: async (count) => {
      await channel.prefetch(count);
    },
    async consume(queue, onMessage, options) {
      const cancelled = once<void>();
      const receive = (message: Message | null) =>
        message ? onMessage(received(message)) : cancelled.resolve();
      const { consumerTag } = await channel.consume(queue, receive, options);
      return { tag: consumerTag, cancelled: cancelled.promise };
    },
    cancel: async (tag) => {
      await channel.cancel(tag);
    },
    async get(queue) {
      const message = await channel.get(queue);
      return message ? received(message) : undefined;
    },
    ack: (tag, multiple) => channel.ack(withTag(tag), multiple),
    nack: (tag, requeue, multiple = false) => channel.nack(withTag(tag), multiple, requeue),
    reject: (tag, requeue) => channel.reject(withTag(tag), requeue),
    publish: (queue, body, messageId) =>
      new Promise((resolve, reject) => {
        const options = messageId === undefined ? {} : { messageId };
        channel.sendToQueue(queue, body, options, (error) =>
          error ? reject(error as Error) : resolve(),
        );
      }),
    close: () => channel.close(),
  };
}

function received({ fields, properties, content }: Message): ReceivedMessage {
  return {
    tag: fields.deliveryTag,
    body: content,
    redelivered: fields.redelivered,
    messageId: properties.messageId as string | undefined,
    headers: properties.headers ?? {},
  };
}
