/** A broker, processes with a state and a watch each, and a chat: who delivers what, and what came of it. */
import assert from 'node:assert/strict';
import type { VehicleStore } from '../../src/memory/vehicle-store';
import type { Origin } from '../../src/memory/vehicles/vehicle-entry';
import { VehicleStates } from '../../src/memory/vehicles/vehicle-states';
import { VehicleWatches } from '../../src/memory/vehicles/vehicle-watches';
import type { WatchStep } from '../../src/vehicle/watch/episode';
import { type MovedClock, turn } from './moved-clock';
import { FakeDelivery, levelWatch, newsOf, START } from './vehicle-world';

/** Milliseconds that the level must be low before it is said. */
export const HOLD_FOR = 10_000;
/** Milliseconds until what failed by the clock is tried again. */
const RETRY = 1_000;

export interface FleetEvent {
  readonly vehicle: string;
  /** seconds after the start */
  readonly at: number;
  readonly level: number;
}

/** What leaves with a delivery, and arrives when that succeeds. */
interface Parcel {
  readonly process: Process;
  readonly delivery: FakeDelivery;
  readonly event: (FleetEvent & Origin) | undefined;
  readonly vehicle: string;
  readonly words: string[];
}

interface Process {
  store: VehicleStore;
  state: VehicleStates;
  watch: VehicleWatches;
  /** When a vehicle is to be looked at again. */
  readonly wakeAt: Map<string, number>;
}

export class WatchedFleet {
  /** With whether it was given out before. */
  readonly queue: (FleetEvent & Origin)[] = [];
  /** By vehicle: `raised`, `cleared` with since when, in the order in which it arrived. */
  readonly chat = new Map<string, string[]>();
  /** By vehicle: what a flow was given to say, and failed at or did not. */
  readonly #given = new Map<string, Set<string>>();
  /** Vehicles of which an event was on its way when a process was killed. */
  readonly #cutOff = new Set<string>();
  /** By vehicle: `to@timestamp` of each change of the level that arrived. */
  readonly changes = new Map<string, string[]>();
  readonly #published: FleetEvent[] = [];
  readonly #processes: Process[] = [];
  readonly #parcels = new Set<Parcel>();
  #failure: unknown;

  constructor(
    private readonly clock: MovedClock,
    private readonly processes: number,
    private readonly openStore: () => VehicleStore,
    private readonly killStore: (store: VehicleStore) => Promise<void>,
    /** What was once given to a flow arrives, whatever has happened since. */
    private readonly keepsAll = true,
  ) {}

  async start(): Promise<void> {
    for (let index = 0; index < this.processes; index++) await this.#start(index);
  }

  publish(event: FleetEvent, times = 1): void {
    this.#published.push(event);
    const id = `e${this.#published.length}`;
    for (let n = 0; n < times; n++) this.queue.push({ ...event, id, isRedelivered: false });
  }

  /** The broker hands one of its next events to a process: late ones are among them. */
  async deliver(which: number, index: number): Promise<void> {
    const [event] = this.queue.splice(which % Math.max(1, this.queue.length), 1);
    const process = this.#processes[index % this.processes];
    if (!event || !process) return;
    const delivery = new FakeDelivery();
    const { vehicle, at, level } = event;
    const parcel: Parcel = { process, delivery, event, vehicle, words: [] };
    this.#parcels.add(parcel);
    const news = newsOf(process.store.lists, vehicle, at, { level });
    const told = await process.state.observe(news, delivery, event);
    const seen = told === 'left' ? told : await process.watch.observe(news, delivery, event);
    if (told === 'left' || seen === 'left') return;
    const change = told.changed['level'];
    if (change) parcel.words.push(`${change.to}@${change.timestamp}`);
    parcel.words.push(...this.#wordsOf(vehicle, seen.step));
    this.#wake(process, vehicle, seen.step.wakeAt);
    await turn();
    this.#check();
  }

  /** The flow ends, in good or in bad, with one of the messages that it has. */
  async finish(which: number, isDone: boolean): Promise<void> {
    const parcel = [...this.#parcels][which % Math.max(1, this.#parcels.size)];
    if (!parcel) return;
    this.#parcels.delete(parcel);
    const { delivery, event, vehicle, words, process } = parcel;
    if (isDone) {
      for (const word of words) {
        const said = word.includes('@') ? this.changes : this.chat;
        said.set(vehicle, [...(said.get(vehicle) ?? []), word]);
      }
      await delivery.acknowledge();
    } else {
      delivery.giveBack();
      if (event) this.queue.push({ ...event, isRedelivered: true });
      else this.#wake(process, vehicle, this.clock.now() + RETRY);
    }
    await turn();
    this.#check();
  }

  /** The clock moves on, and wakes what is due. */
  async pass(milliseconds: number): Promise<void> {
    await this.clock.pass(milliseconds);
    for (const process of this.#processes) {
      for (const [vehicle, at] of [...process.wakeAt]) {
        if (at <= this.clock.now()) await this.#evaluate(process, vehicle);
      }
    }
  }

  /** Nothing of the process goes on; the broker gives out again what it had, and it starts again. */
  async crash(index: number): Promise<void> {
    const process = this.#processes[index % this.processes];
    if (!process) return;
    for (const parcel of [...this.#parcels]) {
      if (parcel.process !== process) continue;
      this.#parcels.delete(parcel);
      parcel.delivery.vanish();
      if (parcel.event) this.#cutOff.add(parcel.vehicle);
      if (parcel.event) this.queue.push({ ...parcel.event, isRedelivered: true });
    }
    await this.killStore(process.store);
    await this.#start(index % this.processes);
  }

  /** Everything that can succeed does; then nothing may be missing, and nothing may have come twice. */
  async settle(): Promise<void> {
    for (let round = 0; this.queue.length > 0 || this.#parcels.size > 0 || round < 6; round++) {
      assert.ok(round < 300, 'it never ends');
      while (this.queue.length > 0) await this.deliver(0, round);
      while (this.#parcels.size > 0) await this.finish(0, true);
      await this.pass(HOLD_FOR);
    }
    for (const vehicle of new Set(this.#published.map((event) => event.vehicle))) {
      const events = this.#published.filter((event) => event.vehicle === vehicle);
      const latest = Math.max(...events.map(({ at }) => at));
      const levels = events.filter(({ at }) => at === latest).map(({ level }) => String(level));
      const level = levels.sort().at(-1);
      const changes = this.changes.get(vehicle) ?? [];
      assert.deepEqual([...new Set(changes)], changes, `${vehicle}: a change was told twice`);
      // of one moment the same counts that counts in the vehicle
      const rank = (word: string) => word.split('@').reverse().join();
      const newest = [...changes].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).at(-1);
      assert.equal(newest?.split('@')[0], level, `${vehicle}: a change was lost`);
      const said = this.#saidOf(vehicle);
      const words = said.map((word) => word.split(' ')[0]);
      if (this.keepsAll) {
        const given = [...(this.#given.get(vehicle) ?? [])];
        assert.deepEqual(said.toSorted(), given.sort(), `${vehicle}: what was given to say`);
      }
      const expected = words.map((_, at) => (at % 2 === 0 ? 'raised' : 'cleared'));
      assert.deepEqual(words, expected, `${vehicle}: not in turn`);
      assert.equal(words.length % 2 === 1, Number(level) < 20, `${vehicle}: ${words} at ${level}`);
    }
  }

  /**
   * What was on its way in a kill may come twice. Where not everything is kept, that is also what the clock said of
   * a vehicle whose very first event was still in the flow: nothing is kept of it before that is acknowledged.
   */
  #saidOf(vehicle: string): string[] {
    const said = this.chat.get(vehicle) ?? [];
    if (this.keepsAll || !this.#cutOff.has(vehicle)) return said;
    return said.filter((word, at) => word !== said[at - 1]);
  }

  #wordsOf(vehicle: string, { say, since }: WatchStep): string[] {
    if (!say) return [];
    const word = `${say} since ${since}`;
    this.#given.set(vehicle, (this.#given.get(vehicle) ?? new Set()).add(word));
    return [word];
  }

  async #start(index: number): Promise<void> {
    const store = this.openStore();
    const process: Process = {
      store,
      state: new VehicleStates(store, 'state'),
      watch: new VehicleWatches({
        store,
        owner: 'watch',
        decide: levelWatch(() => this.clock.now(), HOLD_FOR),
        onCommitted: (vehicle) => {
          this.#evaluate(process, vehicle).catch((error: unknown) => {
            this.#failure ??= error;
          });
        },
      }),
      wakeAt: new Map(),
    };
    this.#processes[index] = process;
    for await (const portion of process.watch.vehicles(true)) {
      for (const { vehicle } of portion) await this.#evaluate(process, vehicle.id);
    }
  }

  async #evaluate(process: Process, vehicle: string): Promise<void> {
    process.wakeAt.delete(vehicle);
    const delivery = new FakeDelivery();
    const seen = await process.watch.evaluate(vehicle, delivery);
    if (seen === undefined || seen === 'left') return;
    const { say, wakeAt } = seen.step;
    this.#wake(process, vehicle, wakeAt);
    if (!say) await delivery.acknowledge();
    else {
      const words = this.#wordsOf(vehicle, seen.step);
      this.#parcels.add({ process, delivery, event: undefined, vehicle, words });
    }
  }

  #wake(process: Process, vehicle: string, at: number | undefined): void {
    if (at === undefined) process.wakeAt.delete(vehicle);
    else process.wakeAt.set(vehicle, at);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Seconds after the start. */
export function secondsAt(clock: MovedClock): number {
  return Math.floor((clock.now() - START) / 1_000);
}
