/** One AMQP connection that comes back by itself: amqplib's recovery, paced and explained. */
import {
  type ChannelModel,
  connect,
  type Options,
  type RecoveringChannelModel,
  type RecoveryOptions,
  type SocketOptions,
} from 'amqplib';
import { errorWithoutSecrets } from '../errors/secrets';
import { type Clock, systemClock } from '../time/clock';
import { LoopWatch } from '../time/loop-watch';
import { withinLimit } from '../time/within-limit';
import { Backoff, type BackoffPolicy } from './backoff';
import type { BrokerError } from './errors';
import { connectionError, type Place, processBlocked } from './failures/connection-errors';
import { deservesSecondLook, type SecondLook, takeSecondLook } from './failures/second-look';
import { guardFrames } from './frame-guard';
import { type BrokerSettings, secretsOf } from './settings';

export interface ConnectionPolicy {
  readonly retry: BackoffPolicy;
  /** After a failure that only a person can mend: long, because INVERS suspends consumers that hammer its broker. */
  readonly retryRefused: BackoffPolicy;
  /** A connection that lived so long (milliseconds) starts the back-off anew. */
  readonly stableAfter: number;
}

export const CONNECTION_POLICY: ConnectionPolicy = {
  retry: { initial: 1_000, max: 60_000 },
  retryRefused: { initial: 10_000, max: 300_000 },
  stableAfter: 10_000,
};

/** Milliseconds for the TCP and TLS connect and the AMQP handshake together. */
const CONNECT_TIMEOUT = 15_000;
/** Milliseconds for an orderly goodbye; Node-RED itself waits 15 s for a node to close. */
const CLOSE_TIMEOUT = 3_000;

export interface ConnectionEvents {
  /** The connection stands; `model` is good until `onDown`. */
  readonly onUp: (model: ChannelModel) => void;
  /** It could not be made, or it ended. */
  readonly onDown: (error: BrokerError) => void;
}

export interface ConnectionEnvironment {
  readonly policy?: ConnectionPolicy | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  /** amqplib's, with recovery */
  readonly connect?: Connect | undefined;
  /** Where amqplib's errors do not say enough. */
  readonly secondLook?: SecondLook | undefined;
}

export type Connect = (
  place: Options.Connect,
  socket: SocketOptions & { recovery: RecoveryOptions },
) => Promise<RecoveringChannelModel>;

export class AmqpConnection {
  readonly #policy: ConnectionPolicy;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #connect: Connect;
  readonly #loopWatch: LoopWatch;
  readonly #secondLook: SecondLook;
  #place: Place = { address: '' };
  #secrets: readonly (string | undefined)[] = [];
  /** milliseconds */
  #heartbeat = 0;
  #recovering: RecoveringChannelModel | undefined;
  #model: ChannelModel | undefined;
  #upSince = 0;
  #refused = false;
  #closed = false;
  /** Counts what happens to the connection: a second look that ends later has nothing to say. */
  #turn = 0;
  /** What a second look has found out, and about which failure. */
  #found: { readonly about: string; readonly cause: Error } | undefined;

  constructor(
    /** Where the broker is; asked once. */
    private readonly locate: () => Promise<BrokerSettings>,
    private readonly events: ConnectionEvents,
    environment: ConnectionEnvironment = {},
  ) {
    const { policy = CONNECTION_POLICY, clock = systemClock, random } = environment;
    this.#policy = policy;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    this.#connect = environment.connect ?? connect;
    this.#loopWatch = new LoopWatch(clock);
    this.#secondLook = environment.secondLook ?? takeSecondLook;
  }

  /** Starts connecting, and keeps at it until `close`. */
  async open(): Promise<void> {
    const settings = await this.locate();
    if (this.#closed) return;
    this.#place = { address: `${settings.host}:${settings.port}`, isGiven: settings.isGiven };
    this.#secrets = secretsOf(settings);
    this.#heartbeat = settings.heartbeat * 1_000;
    // `waitForConnect: false` makes this resolve at once, before the first try; queues are kept
    // out of recovery's `setup`, where one missing queue would tear the connection down.
    const recovering = await this.#connect(
      {
        protocol: settings.tls ? 'amqps' : 'amqp',
        hostname: settings.host,
        port: settings.port,
        username: settings.username,
        password: settings.password,
        // amqplib unescapes the virtual host
        vhost: encodeURIComponent(settings.vhost),
        heartbeat: settings.heartbeat,
      },
      {
        ...settings.tls,
        timeout: CONNECT_TIMEOUT,
        noDelay: true,
        keepAlive: true,
        clientProperties: { connection_name: settings.connectionName },
        recovery: { waitForConnect: false, calculateDelay: () => this.#nextDelay() },
      },
    );
    // amqplib reports the same error once more as `disconnect`
    recovering.on('error', ignore);
    recovering.on('connect', (model) => this.#up(model));
    recovering.on('connect-failed', (error) => this.#failed(error, settings));
    recovering.on('disconnect', (error) => {
      // A peer that went silent never answers our goodbye either, and the socket would linger.
      destroySocket(this.#model);
      this.#down(error);
    });
    this.#recovering = recovering;
    if (this.#closed) await recovering.close();
  }

  /** Ends the connection for good. Never rejects; waits a few seconds at most. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#loopWatch.stop();
    const model = this.#model;
    this.#model = undefined;
    const closing = this.#recovering?.close();
    if (!(await withinLimit(closing, CLOSE_TIMEOUT, this.#clock))) destroySocket(model);
  }

  #up(model: ChannelModel): void {
    this.#turn += 1;
    this.#found = undefined;
    guardFrames(model);
    this.#model = model;
    this.#upSince = this.#clock.now();
    if (this.#closed) return;
    this.#loopWatch.start();
    this.events.onUp(model);
  }

  /** amqplib waits for no second look before it tries again, so what the last one found counts until then. */
  #failed(cause: Error, settings: BrokerSettings): void {
    if (!deservesSecondLook(settings, cause)) {
      this.#down(cause);
      return;
    }
    const guess = this.#found?.about === cause.message ? this.#found.cause : cause;
    this.#note(this.#explain(guess));
    this.#turn += 1;
    const turn = this.#turn;
    void this.#secondLook(settings, cause).then((found) => {
      if (turn !== this.#turn) return;
      this.#found = found && { about: cause.message, cause: found };
      this.#down(found ?? cause);
    });
  }

  #down(cause: Error): void {
    this.#turn += 1;
    const error = this.#explain(cause);
    this.#note(error);
    if (!this.#closed) this.events.onDown(error);
  }

  /** Refusals and network failures have back-offs of their own: each begins anew after the other. */
  #note({ needsPerson }: BrokerError): void {
    if (this.#model && this.#clock.now() - this.#upSince > this.#policy.stableAfter)
      this.#backoff.reset();
    this.#model = undefined;
    this.#loopWatch.stop();
    if (needsPerson !== this.#refused) this.#backoff.reset();
    this.#refused = needsPerson;
  }

  #explain(cause: Error): BrokerError {
    const error = connectionError(errorWithoutSecrets(cause, this.#secrets), this.#place);
    const isSilence = error.code === 'connection-lost' || error.code === 'no-answer';
    const blocked = this.#loopWatch.blockedFor();
    return isSilence && this.#heartbeat > 0 && blocked >= this.#heartbeat
      ? processBlocked(cause, this.#place.address, blocked)
      : error;
  }

  #nextDelay(): number {
    return this.#backoff.next(this.#refused ? this.#policy.retryRefused : this.#policy.retry);
  }
}

function destroySocket(model: ChannelModel | undefined): void {
  // amqplib's types leave out the stream that its connection has. Only an error makes amqplib
  // clear its heartbeat timers too.
  const connection = model?.connection as { stream?: { destroy(error: Error): void } } | undefined;
  connection?.stream?.destroy(new Error('the broker did not answer'));
}

function ignore(): void {
  // the event has a second form that is handled
}
