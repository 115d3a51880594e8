/** What one watch says of vehicles: each episode once, whatever becomes of the events. */

import type { Changes, Vehicle } from '../../vehicle/vehicle';
import type { WatchStep } from '../../vehicle/watch/episode';
import type { DeliveryOfEvent } from '../dedupe';
import type { VehicleStore, WatchedVehicle } from '../vehicle-store';
import { Enlisted, type Left } from './enlisted';
import type { Hearing, Origin, VehicleEntry } from './vehicle-entry';
import type { DecideStep } from './watch-said';

export interface WatchedStep {
  /** As it is known now. */
  readonly vehicle: Vehicle;
  /** What the event really changed; nothing where it had been heard before, or the clock is the cause. */
  readonly changed: Changes;
  /** What is to be said now, and when to ask again. */
  readonly step: WatchStep;
}

export interface VehicleWatchesOptions {
  readonly store: VehicleStore;
  /** id of the node */
  readonly owner: string;
  readonly decide: DecideStep;
  /**
   * What was said of this vehicle counts from now on. Evaluate it again: of what has happened
   * meanwhile nothing was said.
   */
  readonly onCommitted: (id: string) => void;
  /** What was said of this vehicle never was: the event comes again, or whatever else it was said because of. */
  readonly onUndone?: (id: string) => void;
}

/** By store and owner, the one that looks now: a deploy may have put it into the place of one that said something. */
const looking = new WeakMap<VehicleStore, Map<string, VehicleWatchesOptions>>();

export class VehicleWatches {
  constructor(private readonly options: VehicleWatchesOptions) {
    const { owner, store } = options;
    looking.set(store, (looking.get(store) ?? new Map()).set(owner, options));
  }

  /** The node closes. What it was saying is told to the one that follows it. */
  close(): void {
    const { owner, store } = this.options;
    const owners = looking.get(store);
    if (owners?.get(owner) === this.options) owners.delete(owner);
  }

  /**
   * Takes in what an event says of its vehicle, and takes the next step. `delivery` undefined = what
   * is said counts at once. `origin` lets a process go on with what another one was saying that died.
   * Never throws or rejects; answers without a promise where the store does.
   */
  observe(
    news: Vehicle,
    delivery: DeliveryOfEvent | undefined,
    origin?: Origin,
  ): WatchedStep | Left | Promise<WatchedStep | Left> {
    return this.#step(news.id, news, delivery, origin) as
      | WatchedStep
      | Left
      | Promise<WatchedStep | Left>;
  }

  /** The same by the clock, without news. Undefined = nothing is known of the vehicle, any more. */
  evaluate(
    id: string,
    delivery: DeliveryOfEvent | undefined,
  ): WatchedStep | Left | undefined | Promise<WatchedStep | Left | undefined> {
    return this.#step(id, undefined, delivery);
  }

  /** Each vehicle with its episode, in portions, for the start: all, or those of which something is remembered. */
  vehicles(isAll: boolean): AsyncIterable<readonly WatchedVehicle[]> {
    return this.options.store.watched(this.options.owner, isAll);
  }

  #step(
    id: string,
    news: Vehicle | undefined,
    delivery: DeliveryOfEvent | undefined,
    origin?: Origin,
  ) {
    const event = new StepOfEvent(this.options, id, news, origin);
    if (!event.enlist(delivery)) return 'left';
    return event.answer(this.options.store.update(id, event.decide), watchedStep);
  }
}

interface Decision {
  readonly hearing: Hearing | undefined;
  readonly vehicle: Vehicle | undefined;
  readonly step: WatchStep | undefined;
}

function watchedStep({ hearing, vehicle, step }: Decision): WatchedStep | undefined {
  return vehicle && step && { vehicle, step, changed: hearing?.changed ?? {} };
}

class StepOfEvent extends Enlisted<Decision> {
  readonly owner: string;
  readonly token: string;

  constructor(
    private readonly options: VehicleWatchesOptions,
    private readonly id: string,
    private readonly news: Vehicle | undefined,
    readonly origin: Origin | undefined,
  ) {
    super(options.store.onTheirWay);
    this.owner = options.owner;
    this.token = options.store.newToken();
  }

  readonly decide = (entry: VehicleEntry): Decision => {
    const { store, decide } = this.options;
    if (this.origin?.isRedelivered) entry.supersede(this.origin.id, store.isOwnToken);
    const hearing = this.news && entry.hear(this.news, store.lists, store.tellers);
    const step = entry.stepWatch(this, decide, store.leaseEnd());
    return { hearing, vehicle: entry.vehicle, step };
  };

  protected settle({ hearing, step }: Decision, isDone: boolean): Promise<void> | undefined {
    const { store } = this.options;
    const isSaid = step?.say !== undefined;
    const isKept = isDone && store.keepsCommitted && hearing !== undefined;
    if (!isSaid && !isKept) return undefined;
    const settled = store.update(this.id, (entry) => {
      const wasPending = entry.settleWatch(this, isDone);
      if (isDone && hearing) entry.commit(hearing, undefined, store.lists);
      return wasPending;
    });
    const tell = (wasPending: boolean) => {
      // what counts at once has said already when to look again, unless it is said anew
      if (!wasPending || !(this.isFollowed || step?.saidOf)) return;
      const { onCommitted, onUndone } = looking.get(store)?.get(this.owner) ?? this.options;
      if (isDone) onCommitted(this.id);
      else onUndone?.(this.id);
    };
    if (settled instanceof Promise) return settled.then(tell);
    tell(settled);
    return undefined;
  }
}
