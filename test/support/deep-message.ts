/** Messages whose headers are nested deeper than a client's library can write them: published frame by frame. */
import { type ConfirmChannel, connect } from 'amqplib';
import type { Fleet } from './fleet.js';

/** A table of an AMQP message, with its length: tables (`F`) or lists (`A`) in each other, under the key `a`. */
export function deepTable(levels: number, kind: 'F' | 'A' = 'F'): Buffer {
  const key = Buffer.from([1, ...Buffer.from('a')]);
  let value = Buffer.from('V');
  for (let level = 0; level < levels; level++) {
    const content = kind === 'F' ? Buffer.concat([key, value]) : value;
    value = Buffer.concat([Buffer.from(kind), length(content), content]);
  }
  return Buffer.concat([length(Buffer.concat([key, value])), key, value]);
}

/** Resolves when the broker has the message, and one more behind it that anybody can read. */
export async function publishDeep(
  { broker, vhost }: Fleet,
  queue: string,
  body: Buffer,
  levels: number,
  behind: Buffer,
): Promise<void> {
  const { username, password } = broker.admin;
  const model = await connect({
    port: broker.port,
    username,
    password,
    vhost: encodeURIComponent(vhost),
  });
  const channel = await model.createConfirmChannel();
  const { ch } = channel as ConfirmChannel & { ch: number };
  const name = Buffer.from(queue);
  const { stream } = model.connection as unknown as { stream: NodeJS.WritableStream };
  stream.write(
    Buffer.concat([
      frame(1, ch, Buffer.from([0, 60, 0, 40, 0, 0, 0, name.length]), name, Buffer.from([0])),
      headerFrame(ch, body.length, deepTable(levels)),
      frame(3, ch, body),
    ]),
  );
  channel.sendToQueue(queue, behind);
  await channel.waitForConfirms();
  await model.close();
}

/** The properties of a message with these headers and nothing else. */
export function headerFrame(channel: number, size: number, table: Buffer): Buffer {
  const start = Buffer.alloc(14);
  start.writeUInt16BE(60);
  start.writeUInt32BE(size, 8);
  start.writeUInt16BE(0x2000, 12);
  return frame(2, channel, start, table);
}

function frame(type: number, channel: number, ...parts: Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  const start = Buffer.alloc(7);
  start.writeUInt8(type);
  start.writeUInt16BE(channel, 1);
  start.writeUInt32BE(payload.length, 3);
  return Buffer.concat([start, payload, Buffer.from([0xce])]);
}

function length(content: Buffer): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(content.length);
  return octets;
}
