/** A Redis without a network: it does what the store's scripts say, and fails as the test wants it. */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type {
  CreateRedisClient,
  RedisClient,
  RedisOptions,
} from '../../src/memory/redis/redis-connection';
import { scripts } from '../../src/memory/redis/redis-scripts';
import type { Clock } from '../../src/time/clock';

interface Call {
  readonly keys: string[];
  readonly arguments: string[];
}

interface Stored {
  readonly value: string;
  readonly until: number;
}

/** Those that it can do. */
type ScriptName = Exclude<keyof typeof scripts, 'park' | 'unpark'>;

export class FakeRedis {
  /** In the order in which they were made. */
  readonly clients: FakeRedisClient[] = [];
  readonly stored = new Map<string, Stored>();
  readonly sets = new Map<string, Set<string>>();
  /** What was run, in order: `reserve fleet:seen:a one 15000 …`. */
  readonly calls: string[] = [];
  readonly knownScripts = new Set<string>();
  /** `silent`: it takes commands and never answers. */
  mode: 'up' | 'down' | 'silent' = 'up';
  /** What the next commands are answered with instead. */
  readonly failures: Error[] = [];
  refusesNames = false;
  /** Keys a page of a scan has. */
  page = 2;

  constructor(readonly clock: Clock) {}

  readonly createClient: CreateRedisClient = (options) => {
    const client = new FakeRedisClient(this, options);
    this.clients.push(client);
    return client as unknown as RedisClient;
  };

  get client(): FakeRedisClient {
    const last = this.clients.at(-1);
    if (!last) throw new Error('no client was made');
    return last;
  }

  goDown(error = new Error('Socket closed unexpectedly')): void {
    this.mode = 'down';
    for (const client of this.clients) client.lose(error);
  }

  comeBack(): void {
    this.mode = 'up';
    for (const client of this.clients) client.find();
  }

  /** As a restart without a file does. */
  loseEverything(): void {
    this.stored.clear();
    this.sets.clear();
    this.knownScripts.clear();
  }

  run(name: ScriptName, call: Call): unknown {
    const [key = ''] = call.keys;
    this.calls.push([name, key, ...call.arguments].join(' '));
    if (name === 'exchange') return this.exchange(call);
    return this[name](key, ...call.arguments);
  }

  reserve(key: string, owner = '', lease = '', now = '', window = ''): unknown {
    const [state, first = '', rest = ''] = this.#parts(key);
    if (state === 'd' && Number(first) >= Number(now) - Number(window)) {
      const count = Number(rest) + 1;
      this.#set(key, `d|${first}|${count}`, this.#left(key));
      return [first, count];
    }
    if (state === 'r' && rest !== owner) return 1;
    this.#set(key, state === 'r' ? `r|${first}|${owner}` : `r|${now}|${owner}`, Number(lease));
    return 0;
  }

  record(key: string, since = '', now = '', window = ''): unknown {
    const left = Number(since) + Number(window) - Number(now);
    if (this.#parts(key)[0] === 'd' || left < 1) return 0;
    this.#set(key, `d|${since}|1`, left);
    return 1;
  }

  release(key: string, owner = ''): unknown {
    const [state, , rest] = this.#parts(key);
    if (state === 'r' && rest === owner) this.stored.delete(key);
    return 0;
  }

  renew(key: string, owner = '', lease = '', since = ''): unknown {
    const [state, first, rest] = this.#parts(key);
    if (state === undefined) this.#set(key, `r|${since}|${owner}`, Number(lease));
    else if (state === 'r' && rest === owner) this.#set(key, `r|${first}|${owner}`, Number(lease));
    return 0;
  }

  exchange({ keys, arguments: [id = '', version = '', value = '', ...isIn] }: Call): unknown {
    const [key = '', index = '', ...sets] = keys;
    const there = this.stored.get(key)?.value ?? '';
    if ((there.split(' ')[0] ?? '') !== version) return there;
    if (value === '') return 0;
    this.#set(key, value, Number.POSITIVE_INFINITY);
    this.setOf(index).add(id);
    for (const [at, set] of sets.entries()) {
      if (isIn[at] === '1') this.setOf(set).add(id);
      else this.setOf(set).delete(id);
    }
    return 0;
  }

  setOf(key: string): Set<string> {
    const set = this.sets.get(key) ?? new Set();
    this.sets.set(key, set);
    return set;
  }

  #parts(key: string): string[] {
    return this.#left(key) > 0 ? (this.stored.get(key)?.value.split('|') ?? []) : [];
  }

  #left(key: string): number {
    return (this.stored.get(key)?.until ?? 0) - this.clock.now();
  }

  #set(key: string, value: string, left: number): void {
    this.stored.set(key, { value, until: this.clock.now() + left });
  }
}

export class FakeRedisClient extends EventEmitter {
  isReady = false;
  isOpen = false;
  readonly ended: string[] = [];
  readonly #unanswered: ((error: Error) => void)[] = [];
  /** Whether a goodbye is answered. */
  answersGoodbye = true;

  constructor(
    private readonly redis: FakeRedis,
    readonly options: RedisOptions,
  ) {
    super();
  }

  async connect(): Promise<void> {
    this.isOpen = true;
    await undefined;
    if (this.redis.mode === 'up') this.find();
    if (this.redis.mode === 'down') this.emit('error', new Error('connect ECONNREFUSED'));
  }

  find(): void {
    if (!this.isOpen) return;
    this.isReady = true;
    this.emit('ready');
  }

  lose(error: Error): void {
    this.isReady = false;
    for (const fail of this.#unanswered.splice(0)) fail(error);
    if (this.isOpen) this.emit('error', error);
  }

  /** What it is called in Redis' list of clients. */
  name: string | undefined;

  async clientSetName(name: string): Promise<void> {
    this.name = name;
    if (this.redis.refusesNames) throw new Error('NOPERM no permissions to run client|setname');
  }

  async evalSha(sha: string, call: Call): Promise<unknown> {
    await this.#answer();
    if (!this.redis.knownScripts.has(sha)) throw new Error('NOSCRIPT No matching script.');
    return this.redis.run(nameOf(sha), call);
  }

  async eval(text: string, call: Call): Promise<unknown> {
    await this.#answer();
    const sha = createHash('sha1').update(text).digest('hex');
    this.redis.knownScripts.add(sha);
    return this.redis.run(nameOf(sha), call);
  }

  async scan(cursor: string, { MATCH, COUNT }: { MATCH: string; COUNT: number }) {
    await this.#answer();
    this.redis.calls.push(`scan ${cursor} ${MATCH} ${COUNT}`);
    const prefix = MATCH.replace(/\*$/, '').replace(/\\(.)/g, '$1');
    // what is removed while one looks is not looked for any more: those that are left come first
    const found = [...this.redis.stored.keys()].filter((key) => key.startsWith(prefix));
    const keys = found.slice(0, this.redis.page);
    return { cursor: found.length > keys.length ? String(Number(cursor) + 1) : '0', keys };
  }

  async get(key: string): Promise<string | null> {
    await this.#answer();
    return this.redis.stored.get(key)?.value ?? null;
  }

  async mGet(keys: string[]): Promise<(string | null)[]> {
    await this.#answer();
    return keys.map((key) => this.redis.stored.get(key)?.value ?? null);
  }

  async sAdd(key: string, members: string[]): Promise<void> {
    await this.#answer();
    for (const member of members) this.redis.setOf(key).add(member);
  }

  async sRem(key: string, member: string): Promise<void> {
    await this.#answer();
    this.redis.setOf(key).delete(member);
  }

  async sMembers(key: string): Promise<string[]> {
    await this.#answer();
    return [...this.redis.setOf(key)];
  }

  async zRangeByLex(
    key: string,
    from: string,
    _to: string,
    { LIMIT }: { LIMIT: { count: number } },
  ): Promise<string[]> {
    await this.#answer();
    const all = [...this.redis.setOf(key)].sort();
    return all.filter((id) => from === '-' || id > from.slice(1)).slice(0, LIMIT.count);
  }

  async unlink(keys: string[]): Promise<void> {
    await this.#answer();
    this.redis.calls.push(`unlink ${keys.join(' ')}`);
    for (const key of keys) this.redis.stored.delete(key);
  }

  async close(): Promise<void> {
    this.ended.push('close');
    if (!this.answersGoodbye) return new Promise(() => undefined);
    this.isReady = false;
    this.isOpen = false;
  }

  destroy(): void {
    this.ended.push('destroy');
    this.isReady = false;
    this.isOpen = false;
  }

  async #answer(): Promise<void> {
    if (!this.isReady) throw new Error('The client is offline');
    if (this.redis.mode === 'silent') {
      await new Promise((_, reject) => this.#unanswered.push(reject));
    }
    const failure = this.redis.failures.shift();
    if (failure) throw failure;
  }
}

function nameOf(sha: string): ScriptName {
  const names = Object.keys(scripts) as ScriptName[];
  const name = names.find((each) => scripts[each].sha === sha);
  if (name === undefined) throw new Error('an unknown script');
  return name;
}
