/** A client of the sandbox's broker that may send anything: octets and frames over a connection in memory. */
import { Duplex } from 'node:stream';
import { FrameReader } from '../../src/sandbox/amqp/frame-reader';
import { contentFrames, FRAME, methodFrame, PROTOCOL_HEADER } from '../../src/sandbox/amqp/frames';
import { decodeMethod } from '../../src/sandbox/amqp/method-codec';
import type { Method, MethodName } from '../../src/sandbox/amqp/methods';
import { Connection, type Surroundings } from '../../src/sandbox/connection';
import { LIMITS, type Limits } from '../../src/sandbox/limits';
import { Queues } from '../../src/sandbox/queues';
import { once } from './clients/client';
import { Recording } from './wait';

export const LOGIN = { username: 'user', password: 'secret', virtualHost: '/' };

export function surroundings(limits: Partial<Limits> = {}): Surroundings {
  const all = { ...LIMITS, ...limits };
  return { queues: new Queues('/', all), login: LOGIN, limits: all };
}

export interface Answer {
  readonly channel: number;
  readonly method: Method;
}

export class RawClient {
  readonly answers = new Recording<Answer>();
  /** Each frame that came, as it is on the wire. */
  readonly frameSizes: number[] = [];
  readonly closed: Promise<void>;
  readonly connection: Connection;
  /** What came before the first frame, where that was no frame. */
  refusal: Buffer | undefined;
  readonly #wire: Duplex;
  readonly #reader = new FrameReader(Number.MAX_SAFE_INTEGER);
  readonly #waiting: (() => void)[] = [];
  #reading = true;

  constructor(readonly broker: Surroundings = surroundings()) {
    this.#wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.#receive(chunk);
        if (this.#reading) done();
        else this.#waiting.push(done);
      },
    });
    const closed = once<void>();
    this.closed = closed.promise;
    this.connection = new Connection(this.#wire, broker, closed.resolve);
  }

  /** A client that is past the handshake and has opened channel 1. */
  static async open(
    broker?: Surroundings,
    tune: Partial<Method<'connection.tune-ok'>> = {},
  ): Promise<RawClient> {
    const client = new RawClient(broker);
    client.send(PROTOCOL_HEADER);
    client.method(0, startOk());
    await client.wait('connection.tune');
    client.method(0, tuneOk(tune));
    client.method(0, open());
    await client.wait('connection.open-ok');
    client.method(1, { name: 'channel.open', reserved1: '' });
    await client.wait('channel.open-ok');
    return client;
  }

  /** Octets not read by this client yet. */
  get unread(): number {
    return this.#wire.writableLength;
  }

  send(bytes: Buffer): void {
    if (!this.#wire.destroyed) this.#wire.push(Buffer.from(bytes));
  }

  method(channel: number, method: Method): void {
    this.send(methodFrame(channel, method));
  }

  publish(routingKey: string, body: Buffer, options: Partial<Method<'basic.publish'>> = {}): void {
    this.send(contentFrames(1, publish(routingKey, options), NO_PROPERTIES, body, FRAME_MAX));
  }

  /** Nothing more will come from this client. */
  end(): void {
    if (!this.#wire.destroyed) this.#wire.push(null);
  }

  stopReading(): void {
    this.#reading = false;
  }

  readAgain(): void {
    this.#reading = true;
    for (const done of this.#waiting.splice(0)) done();
  }

  /** The first answer of this name that was not waited for yet. */
  async wait<Name extends MethodName>(name: Name): Promise<Method<Name>> {
    const answer = await this.answers.waitUntil(
      (answers) => answers.find(({ method }) => method.name === name),
      {
        message: () =>
          `${name}, but had ${JSON.stringify(this.answers.items.map(({ method }) => method))}`,
      },
    );
    this.answers.items.splice(this.answers.items.indexOf(answer), 1);
    return answer.method as Method<Name>;
  }

  #receive(chunk: Buffer): void {
    if (chunk.subarray(0, 4).toString() === 'AMQP') {
      this.refusal = Buffer.from(chunk);
      return;
    }
    for (const { type, channel, payload } of this.#reader.read(chunk)) {
      this.frameSizes.push(payload.length + 8);
      if (type === FRAME.method) this.answers.add({ channel, method: decodeMethod(payload) });
    }
  }
}

/** What this client agrees on, unless told otherwise: the least there is. */
const FRAME_MAX = 4096;

/** Flags that say that there are none. */
export const NO_PROPERTIES = Buffer.alloc(2);

export function startOk(
  fields: Partial<Method<'connection.start-ok'>> = {},
): Method<'connection.start-ok'> {
  return {
    name: 'connection.start-ok',
    clientProperties: {
      capabilities: { consumer_cancel_notify: true, authentication_failure_close: true },
    },
    mechanism: 'PLAIN',
    response: Buffer.from(`\0${LOGIN.username}\0${LOGIN.password}`),
    locale: 'en_US',
    ...fields,
  };
}

export function tuneOk(
  fields: Partial<Method<'connection.tune-ok'>> = {},
): Method<'connection.tune-ok'> {
  return {
    name: 'connection.tune-ok',
    channelMax: 100,
    frameMax: FRAME_MAX,
    heartbeat: 0,
    ...fields,
  };
}

export function open(virtualHost = '/'): Method<'connection.open'> {
  return { name: 'connection.open', virtualHost, reserved1: '', reserved2: false };
}

export function declare(
  queue: string,
  fields: Partial<Method<'queue.declare'>> = {},
): Method<'queue.declare'> {
  return {
    name: 'queue.declare',
    reserved1: 0,
    queue,
    passive: false,
    durable: false,
    exclusive: false,
    autoDelete: false,
    noWait: false,
    arguments: {},
    ...fields,
  };
}

export function consume(
  queue: string,
  fields: Partial<Method<'basic.consume'>> = {},
): Method<'basic.consume'> {
  return {
    name: 'basic.consume',
    reserved1: 0,
    queue,
    consumerTag: '',
    noLocal: false,
    noAck: false,
    exclusive: false,
    noWait: false,
    arguments: {},
    ...fields,
  };
}

export function publish(
  routingKey: string,
  fields: Partial<Method<'basic.publish'>> = {},
): Method<'basic.publish'> {
  return {
    name: 'basic.publish',
    reserved1: 0,
    exchange: '',
    routingKey,
    mandatory: false,
    immediate: false,
    ...fields,
  };
}
