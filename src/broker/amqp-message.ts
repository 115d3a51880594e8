/** What amqplib's messages and channels are for the rest of this room. */
import type { Channel, ConsumeMessage } from 'amqplib';
import type { IncomingMessage } from './broker';

/** Never rejects, nor throws. */
export async function closeQuietly(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // It is closed already, which is all we want.
  }
}

export function toDelivery(
  {
    content,
    fields,
    properties,
  }: Pick<ConsumeMessage, 'content' | 'properties'> & {
    readonly fields: { readonly redelivered: boolean };
  },
  hasCutHeaders: boolean,
): IncomingMessage {
  return {
    body: content,
    redelivered: fields.redelivered,
    ...(hasCutHeaders && { hasCutHeaders }),
    properties: {
      messageId: properties.messageId,
      type: properties.type,
      correlationId: properties.correlationId,
      timestamp: properties.timestamp,
      contentEncoding: properties.contentEncoding,
      headers: properties.headers ?? {},
    },
  };
}
