/** How a connection begins: who are you, how large may frames be, which virtual host. */
import { ByteReader } from './amqp/byte-reader';
import { AmqpError } from './amqp/errors';
import { type FieldTable, type FieldValue, readTable } from './amqp/field-table';
import type { Method } from './amqp/methods';
import { FRAME_MIN, type Limits } from './limits';

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly virtualHost: string;
}

/** What the client said of itself. */
export interface Client {
  /** The name it gave its connection, '' without one. */
  readonly name: string;
  /** It understands basic.cancel from the broker. */
  readonly knowsCancel: boolean;
  /** It wants to be told that its login was refused. */
  readonly knowsRefusal: boolean;
}

export const UNKNOWN_CLIENT: Client = { name: '', knowsCancel: false, knowsRefusal: false };

/** What both sides agreed on. */
export interface Agreement {
  readonly channelMax: number;
  readonly frameMax: number;
  /** Seconds; 0 = no heartbeats. */
  readonly heartbeat: number;
}

/** Of the sandbox' broker, for people who look at its server properties. */
const VERSION = '1.0';
const MECHANISMS = ['PLAIN', 'AMQPLAIN'];
/** Seconds that are proposed; RabbitMQ proposes the same. */
const HEARTBEAT = 60;

export function startMethod(): Method<'connection.start'> {
  return {
    name: 'connection.start',
    versionMajor: 0,
    versionMinor: 9,
    serverProperties: {
      product: 'INVERS sandbox',
      version: VERSION,
      platform: `Node.js ${process.versions.node}`,
      information:
        'A simulated fleet to try flows on: default exchange only, nothing is stored, not for production. Independent of INVERS GmbH.',
      capabilities: {
        publisher_confirms: true,
        'basic.nack': true,
        consumer_cancel_notify: true,
        per_consumer_qos: true,
        authentication_failure_close: true,
      },
    },
    mechanisms: Buffer.from(MECHANISMS.join(' ')),
    locales: Buffer.from('en_US'),
  };
}

export function clientOf({ clientProperties }: Method<'connection.start-ok'>): Client {
  const capabilities = tableOf(clientProperties['capabilities']);
  const name = clientProperties['connection_name'];
  return {
    name: typeof name === 'string' ? name : '',
    knowsCancel: capabilities['consumer_cancel_notify'] === true,
    knowsRefusal: capabilities['authentication_failure_close'] === true,
  };
}

/** Throws an AmqpError 403 for another user or password. */
export function checkLogin(
  { mechanism, response }: Method<'connection.start-ok'>,
  login: Login,
): void {
  if (!MECHANISMS.includes(mechanism)) {
    throw new AmqpError(503, `unknown authentication mechanism '${mechanism}'`);
  }
  const { username, password } =
    mechanism === 'PLAIN' ? plainLogin(response) : amqplainLogin(response);
  if (username === login.username && password === login.password) return;
  throw new AmqpError(
    403,
    `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`,
    { hard: true },
  );
}

export function tuneMethod({ channels, frameMax }: Limits): Method<'connection.tune'> {
  return { name: 'connection.tune', channelMax: channels, frameMax, heartbeat: HEARTBEAT };
}

/** Throws an AmqpError where the client wants more than it was offered, or frames that are too small. */
export function agree(
  wanted: Method<'connection.tune-ok'>,
  { channels, frameMax }: Limits,
): Agreement {
  return {
    channelMax: lowered('channel_max', wanted.channelMax, channels, 1),
    frameMax: lowered('frame_max', wanted.frameMax, frameMax, FRAME_MIN),
    heartbeat: wanted.heartbeat,
  };
}

/** Throws an AmqpError 530 for another one than there is. */
export function checkVirtualHost({ virtualHost }: Method<'connection.open'>, login: Login): void {
  if (virtualHost === login.virtualHost) return;
  throw new AmqpError(530, `vhost ${virtualHost} not found`);
}

/** 0 stands for "no limit". */
function lowered(what: string, wanted: number, offered: number, min: number): number {
  const value = wanted === 0 ? Number.POSITIVE_INFINITY : wanted;
  if (value < min) {
    throw new AmqpError(
      530,
      `negotiated ${what} = ${wanted} is lower than the minimum allowed value (${min})`,
    );
  }
  if (value > offered) {
    throw new AmqpError(
      530,
      `negotiated ${what} = ${wanted} is higher than the maximum allowed value (${offered})`,
    );
  }
  return value;
}

/** RFC 4616: authorization, user and password, each behind a zero octet but the first. */
function plainLogin(response: Buffer): { username?: string; password?: string } {
  const [, username, ...password] = response.toString('utf8').split('\0');
  return username === undefined ? {} : { username, password: password.join('\0') };
}

/** A table without its length in front. */
function amqplainLogin(response: Buffer): { username?: FieldValue; password?: FieldValue } {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(response.length);
  const { LOGIN, PASSWORD } = readTable(new ByteReader(Buffer.concat([length, response])));
  return {
    ...(LOGIN === undefined ? {} : { username: LOGIN }),
    ...(PASSWORD === undefined ? {} : { password: PASSWORD }),
  };
}

function tableOf(value: FieldValue | undefined): FieldTable {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable && !Buffer.isBuffer(value) ? (value as FieldTable) : {};
}
