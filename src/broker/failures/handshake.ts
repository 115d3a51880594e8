/** The first words with an AMQP broker, spoken by hand: tells what it says when it refuses to open a virtual host. */
import type { Socket } from 'node:net';
import type { BrokerSettings } from '../settings';

const HEADER = Buffer.from([...Buffer.from('AMQP'), 0, 0, 9, 1]);
/** Octets around a frame's payload: type, channel and size before it, one after it. */
const BEFORE = 7;
const OVERHEAD = BEFORE + 1;
const FRAME_END = 0xce;
/** More than a broker says before the login. */
const LONGEST = 1 << 20;

/** Class and method of what is understood here. */
const START = 0x000a000a;
const START_OK = 0x000a000b;
const TUNE = 0x000a001e;
const TUNE_OK = 0x000a001f;
const OPEN = 0x000a0028;
const CLOSE = 0x000a0032;

/** Why the broker closes the connection, as `<code>` and text; undefined where it opens it, or says nothing. */
export function refusalOf(socket: Socket, settings: BrokerSettings): Promise<string | undefined> {
  return new Promise((resolve) => {
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= OVERHEAD) {
        const end = rest.readUInt32BE(3) + OVERHEAD;
        if (end > LONGEST) return resolve(undefined);
        if (rest.length < end) return;
        const payload = rest.subarray(BEFORE, end - 1);
        rest = rest.subarray(end);
        if (payload.length < 4) continue;
        const method = payload.readUInt32BE(0);
        if (method === START) socket.write(startOk(settings));
        else if (method === TUNE) socket.write(tuneOkAndOpen(payload, settings));
        else return resolve(method === CLOSE ? closeText(payload) : undefined);
      }
    });
    socket.on('close', () => resolve(undefined));
    socket.on('error', () => resolve(undefined));
    socket.write(HEADER);
  });
}

function startOk({ username, password, connectionName }: BrokerSettings): Buffer {
  const properties = Buffer.concat([
    shortText('connection_name'),
    Buffer.from('S'),
    longText(connectionName),
  ]);
  return frame(
    START_OK,
    longText(properties),
    shortText('PLAIN'),
    longText(`\0${username}\0${password}`),
    shortText('en_US'),
  );
}

/** Agrees to what the broker proposes. */
function tuneOkAndOpen(tune: Buffer, { vhost }: BrokerSettings): Buffer {
  const open = frame(OPEN, shortText(vhost), shortText(''), Buffer.from([0]));
  return Buffer.concat([frame(TUNE_OK, tune.subarray(4)), open]);
}

/** A code and a text of at most 255 octets. */
function closeText(payload: Buffer): string | undefined {
  if (payload.length < 7) return undefined;
  return `${payload.readUInt16BE(4)} ${payload.toString('utf8', 7, 7 + payload.readUInt8(6))}`;
}

function frame(method: number, ...parts: Buffer[]): Buffer {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(method);
  const payload = Buffer.concat([id, ...parts]);
  const start = Buffer.alloc(BEFORE);
  start.writeUInt8(1);
  start.writeUInt32BE(payload.length, 3);
  return Buffer.concat([start, payload, Buffer.from([FRAME_END])]);
}

function shortText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function longText(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
