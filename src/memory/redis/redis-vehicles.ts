/** Keeps vehicles in Redis, for all Node-RED instances that name it. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../time/clock';
import { RecentMap } from '../../time/recent-map';
import { NameLists } from '../../vehicle/name-lists';
import type { Vehicle } from '../../vehicle/vehicle';
import type { TellHealth } from '../key-store';
import type { VehicleQuery, VehicleStore, WatchedVehicle } from '../vehicle-store';
import { OnTheirWay } from '../vehicles/on-their-way';
import type { VehicleEntry } from '../vehicles/vehicle-entry';
import { type CreateRedisClient, type RedisAddress, RedisConnection } from './redis-connection';
import { RedisProcesses } from './redis-processes';
import { scripts } from './redis-scripts';
import { evaluate, LEASE } from './redis-store';
import { type Outcome, outcomeOf, UnsentWorks, type Work } from './unsent-works';
import { decodeEntry, encodeEntry } from './vehicle-documents';
import { type Known, split, VehicleKeys, VehicleReader } from './vehicle-reader';

export interface RedisVehiclesOptions extends RedisAddress {
  /** What every key begins with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly tell: TellHealth;
  readonly random?: () => number;
  readonly createClient?: CreateRedisClient;
}

interface Job {
  readonly work: Work;
  readonly done: (outcome: Outcome) => void;
}

const NOTHING: Known = { version: '', text: '' };
const RENEWAL = LEASE / 3;
/** Vehicles whose value is remembered, so that it need not be asked for. */
const REMEMBERED = 2_000;

/**
 * What is done with a vehicle is worked out here, on the value that Redis had last, and takes its place
 * in one step if nobody was quicker; else it is worked out again on theirs. So there is one way of
 * merging, here and there. Of one process one such step of a vehicle is on its way at a time, with
 * everything that is to be done by then.
 */
export class RedisVehicles implements VehicleStore {
  readonly lists = new NameLists();
  readonly onTheirWay = new OnTheirWay();
  readonly tellers = new Set<string>();
  readonly keepsCommitted = false;
  readonly #process = randomUUID().slice(0, 13);
  readonly #connection: RedisConnection;
  readonly #clock: Clock;
  readonly #keys: VehicleKeys;
  readonly #reader: VehicleReader;
  readonly #known = new RecentMap<string, Known>(REMEMBERED);
  readonly #jobs = new Map<string, Job[]>();
  readonly #unsent = new UnsentWorks();
  /** Vehicles of which this process is telling something. */
  readonly #held = new Set<string>();
  readonly #processes: RedisProcesses;
  /** Told when another process has gone. */
  readonly #heirs = new Set<() => void>();
  /** Nodes of this process. */
  readonly #ownTellers = new Set<string>();
  #loaded: Promise<void>;
  #count = 0;
  #cancelRenewal: (() => void) | undefined;

  constructor(options: RedisVehiclesOptions) {
    const { clock, tell, prefix, random, createClient } = options;
    this.#clock = clock;
    this.#keys = new VehicleKeys(prefix);
    const onReady = () => this.#isBack();
    this.#connection = new RedisConnection(options, clock, tell, onReady, random, createClient);
    this.#reader = new VehicleReader(this.#connection, this.#keys, this.lists);
    this.#processes = new RedisProcesses({
      connection: this.#connection,
      key: this.#keys.processes,
      process: this.#process,
      clock,
      lease: LEASE,
    });
    this.#loaded = this.#shareTellers();
    this.#renewLater();
  }

  addTeller(owner: string): void {
    this.tellers.add(owner);
    this.#ownTellers.add(owner);
    this.#loaded = this.#shareTellers();
  }

  update<Result>(id: string, work: (entry: VehicleEntry) => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const done = (outcome: Outcome) => {
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.result as Result);
      };
      const job: Job = { work, done };
      const jobs = this.#jobs.get(id);
      if (jobs) {
        jobs.push(job);
        return;
      }
      this.#jobs.set(id, [job]);
      void this.#work(id);
    });
  }

  async find(id: string): Promise<Vehicle | undefined> {
    try {
      const value = await this.#connection.run((client) => client.get(this.#keys.vehicle(id)));
      return this.#entry(id, split(value ?? '')).vehicle;
    } catch {
      return (this.#unsent.entryOf(id) ?? this.#entry(id, this.#known.get(id))).vehicle;
    }
  }

  list(query: VehicleQuery): Promise<Vehicle[]> {
    return this.#reader.list(query);
  }

  watched(owner: string, isAll: boolean): AsyncIterable<readonly WatchedVehicle[]> {
    return this.#reader.watched(owner, isAll);
  }

  async drop(owner: string): Promise<void> {
    this.tellers.delete(owner);
    this.#ownTellers.delete(owner);
    try {
      await this.#connection.run((client) => client.sRem(this.#keys.tellers, owner));
      const ids = await this.#connection.run((client) => client.sMembers(this.#keys.saidBy(owner)));
      for (const id of ids) await this.update(id, (entry) => entry.drop(owner));
    } catch {
      // what is left of it says nothing any more; the connection reports the outage
    }
  }

  newToken(): string {
    this.#count += 1;
    return `${this.#process}:${this.#count}`;
  }

  readonly isOwnToken = (token: string): boolean => token.startsWith(this.#process);

  leaseEnd(): number {
    return this.#clock.now() + LEASE;
  }

  watchOthers(onGone: () => void): () => void {
    this.#heirs.add(onGone);
    void this.#lookAtOthers();
    return () => this.#heirs.delete(onGone);
  }

  async close(): Promise<void> {
    this.#cancelRenewal?.();
    // a Redis that is away is not waited for: the others miss this process soon
    this.#processes.leave().catch(() => undefined);
    await this.#connection.close();
  }

  async #work(id: string): Promise<void> {
    await this.#loaded;
    for (let jobs = this.#jobs.get(id) ?? []; jobs.length > 0; ) {
      const now = jobs.splice(0);
      const outcomes = await this.#exchange(
        id,
        now.map(({ work }) => work),
      );
      for (const [at, { done }] of now.entries()) done(outcomes[at] as Outcome);
      jobs = this.#jobs.get(id) ?? [];
    }
    this.#jobs.delete(id);
  }

  /** Returns the outcomes of the works. */
  async #exchange(id: string, works: readonly Work[]): Promise<Outcome[]> {
    const late = this.#unsent.worksOn(id);
    try {
      for (;;) {
        const known = this.#known.get(id) ?? NOTHING;
        const entry = this.#entry(id, known);
        const { vehicle } = entry;
        const before = entry.owners();
        entry.lapse(this.#clock.now());
        const outcomes = [...late, ...works].map((work) => outcomeOf(work, entry));
        const isChanged = entry.vehicle !== vehicle || entry.isChanged;
        const next = isChanged && entry.vehicle ? this.#next(entry) : undefined;
        const newer = await this.#put(id, known, next, before, entry.owners());
        if (newer === undefined) {
          this.#known.set(id, next ?? known);
          this.#sent(id, entry);
          return outcomes.slice(late.length);
        }
        this.#known.set(id, newer);
      }
    } catch {
      // the connection has said that Redis is away
      return this.#unsent.work(id, works, () => this.#entry(id, this.#known.get(id)));
    }
  }

  #next(entry: VehicleEntry): Known {
    return { version: this.newToken(), text: encodeEntry(entry) };
  }

  /** Undefined = it was put there; else what is there instead. */
  async #put(
    id: string,
    { version }: Known,
    next: Known | undefined,
    before: readonly string[],
    after: readonly string[],
  ): Promise<Known | undefined> {
    const owners = [...new Set([...before, ...after])].filter(
      (owner) => before.includes(owner) !== after.includes(owner),
    );
    const value = next ? `${next.version} ${next.text}` : '';
    const reply = await this.#connection.run((client) =>
      evaluate(client, scripts.exchange, {
        keys: [
          this.#keys.vehicle(id),
          this.#keys.index,
          ...owners.map((o) => this.#keys.saidBy(o)),
        ],
        arguments: [id, version, value, ...owners.map((o) => (after.includes(o) ? '1' : '0'))],
      }),
    );
    if (typeof reply !== 'string') return undefined;
    const there = split(reply);
    // it was sent twice, because the connection broke before the answer
    return next && there.version === next.version ? undefined : there;
  }

  #sent(id: string, entry: VehicleEntry): void {
    this.#unsent.sent(id);
    if (entry.tokens().some(this.isOwnToken)) this.#held.add(id);
    else this.#held.delete(id);
  }

  #isBack(): void {
    this.#loaded = this.#shareTellers();
    for (const id of this.#unsent.ids()) void this.update(id, () => undefined);
    this.#renew();
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#clock.after(RENEWAL, () => {
      this.#loaded = this.#shareTellers();
      this.#renew();
      if (this.#heirs.size > 0) void this.#lookAtOthers();
      this.#renewLater();
    });
  }

  /** Those are gone, too, that have only stopped: what they would have looked at is for those that are here. */
  async #lookAtOthers(): Promise<void> {
    try {
      if (await this.#processes.look()) for (const tell of [...this.#heirs]) tell();
    } catch {
      // the connection reports the outage
    }
  }

  #renew(): void {
    for (const id of this.#held) {
      void this.update(id, (entry) => entry.renew(this.isOwnToken, this.leaseEnd()));
    }
  }

  /** Tells the other processes which nodes of this one tell what changes, and hears of theirs. */
  async #shareTellers(): Promise<void> {
    const own = [...this.#ownTellers];
    try {
      if (own.length > 0) {
        await this.#connection.run((client) => client.sAdd(this.#keys.tellers, own));
      }
      const all = await this.#connection.run((client) => client.sMembers(this.#keys.tellers));
      for (const owner of all) this.tellers.add(owner);
    } catch {
      // the connection reports the outage
    }
  }

  #entry(id: string, known: Known | undefined): VehicleEntry {
    return decodeEntry(id, known?.text ?? '', this.lists);
  }
}
