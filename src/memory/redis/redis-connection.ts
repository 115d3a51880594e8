/** One connection to Redis that comes back by itself; commands wait for it, within a limit. */
import type { ConnectionOptions } from 'node:tls';
import type {
  RedisClientOptions,
  RedisClientType,
  RedisFunctions,
  RedisModules,
  RedisScripts,
} from '@redis/client';
import { printable } from '../../errors/printable';
import { withoutSecrets } from '../../errors/secrets';
import type { Clock } from '../../time/clock';
import { withinLimit } from '../../time/within-limit';
import { StoreAway, type StoreHealth, type TellHealth } from '../key-store';

/**
 * Version 2 of the protocol: there the client logs in with AUTH. Version 3 logs in with HELLO, and a Redis that does
 * not know HELLO answers with all that was sent to it, the password included.
 */
const RESP = 2;
export type RedisOptions = RedisClientOptions<
  RedisModules,
  RedisFunctions,
  RedisScripts,
  typeof RESP
>;
export type RedisClient = RedisClientType<RedisModules, RedisFunctions, RedisScripts, typeof RESP>;
export type CreateRedisClient = (options: RedisOptions) => RedisClient;

export interface RedisAddress {
  /** `redis://host[:port][/database]`, or `rediss://` with TLS. */
  readonly url: URL;
  /** Undefined = Redis knows no users. */
  readonly username: string | undefined;
  /** Undefined = Redis asks for none. */
  readonly password: string | undefined;
  /** What differs from the usual verification of certificates, for `rediss://`. */
  readonly tls: ConnectionOptions;
  /** How the connection is called in Redis' list of clients. */
  readonly name: string;
}

/** Milliseconds that a command may take, waiting for a connection included. */
const LIMIT = 2_000;
/** Milliseconds to say goodbye in. */
const CLOSE_LIMIT = 1_000;
/** Milliseconds between two tries to connect: from the first on twice as many, up to the longest. */
const RETRY = { first: 100, longest: 5_000 };
/** Commands that wait for their answer; there are at most as many as deliveries on their way. */
const MOST_COMMANDS = 100_000;
/** Milliseconds until a Redis that is still reading its file is asked again. */
const LOADING_PAUSE = 100;

/** A connection that accepts and then stays silent is given up after three pings. */
const SILENCE = { pingInterval: 2_000, socketTimeout: 6_000 };

export class RedisConnection {
  #client: RedisClient;
  #closed = false;
  /** Milliseconds since 1970 up to which commands wait for a connection. */
  #graceUntil: number;
  #cancelGrace: (() => void) | undefined;
  #lastError: Error | undefined;
  #health: StoreHealth['state'] = 'working';
  /** It was told that Redis answers, and refuses. */
  #isRefused = false;
  readonly #waiting = new Set<() => void>();
  readonly #createClient: CreateRedisClient;

  constructor(
    private readonly address: RedisAddress,
    private readonly clock: Clock,
    private readonly tell: TellHealth,
    private readonly onReady: () => void,
    private readonly random: () => number = Math.random,
    createClient?: CreateRedisClient,
  ) {
    // only who uses Redis loads its client
    this.#createClient = createClient ?? require('@redis/client').createClient;
    this.#graceUntil = clock.now() + LIMIT;
    this.#client = this.#connect();
    this.#expectConnection();
  }

  /**
   * Sends a command, again if the connection broke meanwhile: it has to be one that may be sent
   * twice. Rejects with a StoreAway after two seconds at most, and at once while Redis is known to
   * be away.
   */
  async run<Reply>(command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    const deadline = this.clock.now() + LIMIT;
    for (;;) {
      if (!this.#client.isReady) await this.#ready(deadline);
      const client = this.#client;
      try {
        const reply = await this.#limited(command(client), deadline);
        if (this.#health !== 'working') this.#isBack();
        return reply;
      } catch (error) {
        if (error instanceof TooLate) this.#giveUp(client, error);
        if (/^LOADING /.test((error as Error).message) && this.clock.now() < deadline) {
          await this.#pause(LOADING_PAUSE);
        } else if (client.isReady || this.#closed) throw this.#isAway(error as Error);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelGrace?.();
    for (const wake of this.#waiting) wake();
    const client = this.#client;
    if (client.isReady) await withinLimit(client.close(), CLOSE_LIMIT, this.clock);
    if (client.isOpen) client.destroy();
  }

  #connect(): RedisClient {
    const { url, username, password, tls } = this.address;
    const client = this.#createClient({
      RESP,
      url: url.href,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      disableOfflineQueue: true,
      commandsQueueMaxLength: MOST_COMMANDS,
      pingInterval: SILENCE.pingInterval,
      socket: {
        ...(url.protocol === 'rediss:' ? { ...tls, tls: true } : {}),
        connectTimeout: LIMIT,
        socketTimeout: SILENCE.socketTimeout,
        reconnectStrategy: (retries: number) => {
          const delay = Math.min(RETRY.first * 2 ** Math.min(retries, 16), RETRY.longest);
          return Math.round(delay * (0.8 + 0.4 * this.random()));
        },
      },
    });
    client.on('error', (error: Error) => {
      if (client !== this.#client || this.#closed) return;
      if (this.#lastError === undefined) this.#graceUntil = this.clock.now() + LIMIT;
      this.#lastError = error;
      this.#expectConnection();
    });
    client.on('ready', () => {
      if (client !== this.#client) return;
      this.#lastError = undefined;
      this.#cancelGrace?.();
      this.#cancelGrace = undefined;
      if (this.#health !== 'working') this.#isBack();
      // Its name is for people who look into Redis; a user who may not give one can do without.
      client.clientSetName(this.address.name).catch(() => undefined);
      this.onReady();
      for (const wake of this.#waiting) wake();
    });
    // Its errors also come as events; it rejects only when it is closed.
    client.connect().catch(() => undefined);
    return client;
  }

  /** A connection that comes back within a moment is not reported. */
  #expectConnection(): void {
    this.#cancelGrace ??= this.clock.after(LIMIT, () => {
      this.#cancelGrace = undefined;
      if (!this.#client.isReady) this.#isAway(this.#lastError ?? new Error('no answer'));
    });
  }

  async #ready(deadline: number): Promise<void> {
    const left = Math.min(deadline, this.#graceUntil) - this.clock.now();
    if (left > 0 && !this.#closed) await this.#pause(left);
    if (!this.#client.isReady) throw this.#isAway(this.#lastError ?? new Error('no answer'));
  }

  /** Waits so many milliseconds, or less if the state of the connection changes. */
  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.clock.after(milliseconds, wake);
      this.#waiting.add(wake);
    });
  }

  #limited<Reply>(answer: Promise<Reply>, deadline: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(Math.max(0, deadline - this.clock.now()), () => {
        reject(new TooLate(`no answer within ${LIMIT / 1000} s`));
      });
      answer.then(resolve, reject).finally(cancel);
    });
  }

  /** Replaces a connection that does not answer by a new one. */
  #giveUp(client: RedisClient, error: Error): void {
    if (client !== this.#client || this.#closed) return;
    this.#lastError = error;
    this.#graceUntil = this.clock.now();
    this.#client = this.#connect();
    client.destroy();
  }

  #isAway(error: Error): StoreAway {
    const { text, isRefusal } = reasonOf(error, this.address);
    const message = `Redis at ${display(this.address.url)} cannot be used: ${text} Events pass without being checked until it can.`;
    // a slow start may hide for a while that it is a person who is needed
    const isNews = this.#health !== 'away' || (isRefusal && !this.#isRefused);
    if (!this.#closed && isNews) {
      this.#health = 'away';
      this.#isRefused = isRefusal;
      this.tell({ state: 'away', message });
    }
    return new StoreAway(message);
  }

  #isBack(): void {
    this.#health = 'working';
    this.#isRefused = false;
    this.tell({ state: 'working', message: `Redis at ${display(this.address.url)} is back.` });
  }
}

class TooLate extends Error {}

/** Without user and password. */
function display({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** Redis cuts off what it repeats, so that a part of a secret may be left: none of it is shown. */
const REPEATED = /,? with args beginning with:.*$/s;

function reasonOf(
  error: Error & { code?: string; errors?: Error[] },
  { username, password, tls }: RedisAddress,
): { text: string; isRefusal: boolean } {
  // a name with several addresses fails with an error for each
  const told = error.message || error.errors?.[0]?.message || error.code || 'unknown error';
  const secrets = [username, password, tls.passphrase];
  const message = printable(withoutSecrets(told.replace(REPEATED, ''), secrets));
  const refusal = refusalOf(message, error.code);
  return {
    text: refusal ?? `${message}. Check the address, and that Redis is running.`,
    isRefusal: refusal !== undefined,
  };
}

/** What a person has to do about it; undefined where it may come back by itself. */
function refusalOf(message: string, code = ''): string | undefined {
  if (/^(WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password|ERR Client sent AUTH)/.test(message)) {
    return `it refuses user or password (${message}). Check the password.`;
  }
  if (/^ERR wrong number of arguments for 'auth'/.test(message)) {
    return `it knows no users (${message}). Leave the user name empty.`;
  }
  if (/^ERR unknown command/.test(message)) {
    return `it does not know a command that is needed (${message}). Ask whoever runs it.`;
  }
  if (/^NOPERM/.test(message)) return `the user may not do what is needed (${message}).`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return `its certificate is not accepted (${message}). Choose TLS settings with its authority.`;
  }
  return undefined;
}
