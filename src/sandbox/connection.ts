/** One client's connection: the handshake, the channels, heartbeats, and how it ends. Whatever the client sends, nothing is thrown. */
import type { Duplex } from 'node:stream';
import { AmqpError, type ReplyCode } from './amqp/errors';
import { type Frame, FrameReader } from './amqp/frame-reader';
import { contentFrames, FRAME, HEARTBEAT, methodFrame, PROTOCOL_HEADER } from './amqp/frames';
import { decodeMethod } from './amqp/method-codec';
import type { Method } from './amqp/methods';
import { Channel, type ChannelConnection } from './channel';
import { handleMethod } from './channel-methods';
import type { ContentBudget } from './content';
import {
  type Agreement,
  agree,
  type Client,
  checkLogin,
  checkVirtualHost,
  clientOf,
  type Login,
  startMethod,
  tuneMethod,
  UNKNOWN_CLIENT,
} from './handshake';
import { Heartbeat } from './heartbeat';
import { FRAME_MAX_BEFORE_TUNE, type Limits } from './limits';
import { Output } from './output';
import type { OutgoingMessage } from './queue';
import type { Queues } from './queues';

/** What all connections share. */
export interface Surroundings {
  readonly queues: Queues;
  readonly login: Login;
  readonly limits: Limits;
}

/** How far it is; in each phase one thing is expected next. */
type Phase = 'header' | 'start-ok' | 'tune-ok' | 'open' | 'running' | 'closing' | 'closed';

export class Connection implements ChannelConnection {
  readonly queues: Queues;
  readonly limits: Limits;
  readonly contentBudget: ContentBudget;
  readonly #channels = new Map<number, Channel>();
  readonly #reader = new FrameReader(FRAME_MAX_BEFORE_TUNE);
  readonly #output: Output;
  readonly #heartbeat = new Heartbeat();
  #phase: Phase = 'header';
  /** The part of the protocol header that has arrived. */
  #header = Buffer.alloc(0);
  #received = 0;
  #client = UNKNOWN_CLIENT;
  #agreement: Agreement = { channelMax: 0, frameMax: FRAME_MAX_BEFORE_TUNE, heartbeat: 0 };
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly stream: Duplex,
    private readonly surroundings: Surroundings,
    /** Called once, when the connection is gone. */
    private readonly onClosed: () => void,
  ) {
    const { queues, limits } = surroundings;
    this.queues = queues;
    this.limits = limits;
    this.contentBudget = { used: 0, max: limits.contentBytes, maxMessage: limits.messageBytes };
    this.#output = new Output(stream, limits.outputBytes);
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('drain', () => this.#drained());
    stream.on('end', () => this.#end());
    stream.on('error', () => undefined); // It is followed by `close`, which is all that matters.
    stream.on('close', () => this.#closed());
    this.#giveUpAfter(limits.handshake);
  }

  /** What the client said of itself. */
  get client(): Client {
    return this.#client;
  }

  get isOpen(): boolean {
    return this.#phase === 'running';
  }

  get channels(): Iterable<Channel> {
    return this.#channels.values();
  }

  /** Octets of unfinished input that are held: a frame, and contents. */
  get heldBytes(): number {
    return this.#reader.waiting + this.contentBudget.used;
  }

  /** Whether the client keeps up with what it is sent. */
  get canDeliver(): boolean {
    return this.isOpen && !this.#output.isCongested;
  }

  send(channel: number, method: Method): void {
    this.#output.write(methodFrame(channel, method));
  }

  sendContent(channel: number, method: Method, { properties, body }: OutgoingMessage): void {
    const { frameMax } = this.#agreement;
    this.#output.write(contentFrames(channel, method, properties, body, frameMax));
  }

  /** The channel's number is free again. */
  forget(channel: Channel): void {
    this.#channels.delete(channel.number);
  }

  /** Tells the client to go, and why; after a while it is cut off. */
  close(code: ReplyCode, explanation: string): void {
    this.#fail(new AmqpError(code, explanation, { hard: true }));
  }

  destroy(): void {
    this.stream.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.length;
    try {
      this.#read(this.#phase === 'header' ? this.#readHeader(chunk) : chunk);
    } catch (error) {
      if (error instanceof AmqpError) this.#fail(error);
      else this.close(541, 'the sandbox has a bug');
    }
    // A client that sends faster than it reads the answers is not read from meanwhile.
    if (this.#output.isCongested) this.stream.pause();
  }

  #read(bytes: Buffer): void {
    if (this.#phase === 'header' || this.#isOver()) return;
    for (const frame of this.#reader.read(bytes)) {
      this.#handle(frame);
      if (this.#isOver()) return;
    }
  }

  /** Returns the bytes behind the header. */
  #readHeader(chunk: Buffer): Buffer {
    const bytes = Buffer.concat([this.#header, chunk]);
    const begin = bytes.subarray(0, PROTOCOL_HEADER.length);
    if (!PROTOCOL_HEADER.subarray(0, begin.length).equals(begin)) {
      this.#output.write(PROTOCOL_HEADER);
      this.#end();
    } else if (begin.length < PROTOCOL_HEADER.length) {
      this.#header = Buffer.from(begin);
    } else {
      this.#phase = 'start-ok';
      this.send(0, startMethod());
    }
    return bytes.subarray(begin.length);
  }

  #handle(frame: Frame): void {
    if (frame.type === FRAME.heartbeat) {
      if (frame.channel !== 0) throw new AmqpError(501, 'a heartbeat on a channel');
    } else if (this.#phase === 'closing') {
      this.#handleWhileClosing(frame);
    } else if (frame.channel === 0) {
      if (frame.type !== FRAME.method) throw new AmqpError(505, 'a content on channel 0');
      this.#handleMethod(decodeMethod(frame.payload));
    } else {
      this.#handleOnChannel(frame);
    }
  }

  #handleOnChannel(frame: Frame): void {
    if (!this.isOpen) throw new AmqpError(504, `a channel before the connection is open`);
    const channel = this.#channels.get(frame.channel);
    if (channel) channel.receive(frame);
    else this.#openChannel(frame);
  }

  #openChannel({ channel: number, type, payload }: Frame): void {
    const method = type === FRAME.method ? decodeMethod(payload) : undefined;
    // Both sides may have closed it at the same time.
    if (method?.name === 'channel.close-ok') return;
    if (method?.name !== 'channel.open') throw new AmqpError(504, "expected 'channel.open'");
    const { channelMax } = this.#agreement;
    if (number > channelMax) {
      throw new AmqpError(
        504,
        `channel ${number} is beyond the negotiated channel_max (${channelMax})`,
      );
    }
    this.#channels.set(number, new Channel(this, number, handleMethod));
    this.send(number, { name: 'channel.open-ok', reserved1: Buffer.alloc(0) });
  }

  #handleMethod(method: Method): void {
    if (method.name === 'connection.close') {
      this.send(0, { name: 'connection.close-ok' });
      this.#end();
    } else if (this.#phase === 'start-ok' && method.name === 'connection.start-ok') {
      this.#client = clientOf(method);
      checkLogin(method, this.surroundings.login);
      this.#phase = 'tune-ok';
      this.send(0, tuneMethod(this.limits));
    } else if (this.#phase === 'tune-ok' && method.name === 'connection.tune-ok') {
      this.#tune(agree(method, this.limits));
    } else if (this.#phase === 'open' && method.name === 'connection.open') {
      checkVirtualHost(method, this.surroundings.login);
      clearTimeout(this.#deadline);
      this.#phase = 'running';
      this.send(0, { name: 'connection.open-ok', reserved1: '' });
    } else {
      throw new AmqpError(504, `unexpected method in connection state ${this.#phase}`);
    }
  }

  #tune(agreement: Agreement): void {
    this.#phase = 'open';
    this.#agreement = agreement;
    this.#reader.frameMax = agreement.frameMax;
    const traffic = { received: () => this.#received, sent: () => this.#output.sent };
    this.#heartbeat.start(
      agreement.heartbeat,
      traffic,
      () => this.#output.write(HEARTBEAT),
      () => this.destroy(),
    );
  }

  #handleWhileClosing({ type, channel, payload }: Frame): void {
    if (type !== FRAME.method || channel !== 0) return;
    const { name } = decodeMethod(payload);
    if (name === 'connection.close') this.send(0, { name: 'connection.close-ok' });
    if (name === 'connection.close-ok') this.#end();
  }

  #isOver(): boolean {
    return this.#phase === 'closed';
  }

  #fail(error: AmqpError): void {
    if (this.#isOver()) return;
    // A second mistake while the first is being told: there is nothing more to say.
    const isKnown = this.#phase === 'closing';
    const isRefusal = this.#phase === 'start-ok' && error.code === 403;
    if (isKnown || this.#phase === 'header' || (isRefusal && !this.#client.knowsRefusal)) {
      this.#end();
      return;
    }
    this.#phase = 'closing';
    this.#releaseChannels();
    this.send(0, {
      name: 'connection.close',
      replyCode: error.code,
      replyText: error.message,
      failedClass: 0,
      failedMethod: 0,
    });
    this.#giveUpAfter(this.limits.goodbye);
  }

  /** Nothing more is read; what was written goes out. */
  #end(): void {
    if (this.#isOver()) return;
    this.#phase = 'closed';
    this.#releaseChannels();
    this.#heartbeat.stop();
    this.stream.end();
    this.#giveUpAfter(this.limits.goodbye);
  }

  #closed(): void {
    this.#phase = 'closed';
    this.#heartbeat.stop();
    clearTimeout(this.#deadline);
    this.#releaseChannels();
    this.onClosed();
  }

  #releaseChannels(): void {
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const channel of channels) channel.release();
    this.queues.deleteOwnedBy(this);
  }

  #drained(): void {
    this.stream.resume();
    for (const channel of this.#channels.values()) channel.giveOut();
  }

  #giveUpAfter(milliseconds: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.destroy(), milliseconds);
  }
}
