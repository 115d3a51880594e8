/** What one node tells of the state of vehicles: each change once, whatever becomes of the events. */
import type { Changes, Vehicle } from '../../vehicle/vehicle';
import type { DeliveryOfEvent } from '../dedupe';
import type { VehicleStore } from '../vehicle-store';
import { Enlisted, type Left } from './enlisted';
import { type Hearing, isNothing, type Origin, type VehicleEntry } from './vehicle-entry';

export interface ToldState {
  /** As it is known now. */
  readonly vehicle: Vehicle;
  /** What was not told before, also of what earlier events had brought. */
  readonly changed: Changes;
}

export class VehicleStates {
  constructor(
    private readonly store: VehicleStore,
    /** id of the node */
    private readonly owner: string,
  ) {
    store.addTeller(owner);
  }

  /**
   * Takes in what an event says of its vehicle. `delivery` undefined = what is told counts at once.
   * `origin` lets a process go on with what another one was telling that died. Never throws or rejects; answers without a promise where the store does.
   */
  observe(
    news: Vehicle,
    delivery: DeliveryOfEvent | undefined,
    origin?: Origin,
  ): ToldState | Left | Promise<ToldState | Left> {
    const event = new StateOfEvent(this.store, this.owner, news, origin);
    if (!event.enlist(delivery)) return 'left';
    const decided = this.store.update(news.id, event.decide);
    return event.answer(decided, toldState);
  }
}

interface Decision {
  readonly hearing: Hearing;
  readonly changed: Changes;
}

function toldState({ hearing, changed }: Decision): ToldState {
  return { vehicle: hearing.after, changed };
}

class StateOfEvent extends Enlisted<Decision> {
  readonly token: string;

  constructor(
    private readonly store: VehicleStore,
    readonly owner: string,
    private readonly news: Vehicle,
    readonly origin: Origin | undefined,
  ) {
    super(store.onTheirWay);
    this.token = store.newToken();
  }

  readonly decide = (entry: VehicleEntry): Decision => {
    const { lists, tellers } = this.store;
    if (this.origin?.isRedelivered) entry.supersede(this.origin.id, this.store.isOwnToken);
    const hearing = entry.hear(this.news, lists, tellers);
    const until = this.store.leaseEnd();
    return { hearing, changed: entry.tellState(this, hearing, { lists, until }) };
  };

  protected settle({ hearing, changed }: Decision, isDone: boolean): Promise<void> | undefined {
    const { lists, keepsCommitted } = this.store;
    if (isNothing(changed) && !(isDone && keepsCommitted)) return undefined;
    return this.store.update(this.news.id, (entry) => {
      const told = entry.settleState(this, isDone, lists);
      if (isDone) entry.commit(hearing, told, lists);
    }) as Promise<void> | undefined;
  }
}
