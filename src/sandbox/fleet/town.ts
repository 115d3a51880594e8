/** Where the fleet lives: lets its vehicles' scripts run in time, and knows what each of them could tell. */
import { Agenda } from './agenda';
import {
  type ChangeReason,
  EventWriter,
  type FleetEvent,
  type FleetEventType,
  UNKNOWN_PROPERTY,
  UNKNOWN_TYPE,
} from './events';
import { choose, type Happening, happen, type Scene } from './happenings';
import type { Script, World } from './life';
import { create, open } from './opening';
import { Plates } from './plates';
import { Pool } from './pool';
import type { Random } from './random';
import { rental } from './rental';
import type { Vehicle } from './vehicle';

export interface TownOptions {
  readonly vehicles: number;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Rentals that begin in a second, over the whole fleet, while there is a vehicle to rent. */
  readonly demand: number;
  readonly pace: number;
  readonly publish: (event: FleetEvent) => void;
  /** The same for what is not to wait for its turn. */
  readonly publishNow: (event: FleetEvent) => void;
  /** What waits of this vehicle is not to wait any longer. */
  readonly hurry: (vehicleId: string) => void;
  /** Nobody rents a vehicle while there is more to tell than can be told. */
  readonly isBehind: () => boolean;
}

/** A script, and whom it is about; customers who look for a vehicle are about none. */
interface Run {
  readonly vehicle: Vehicle | undefined;
  readonly script: Script;
  /** Where it waits for what it does next. */
  readonly agenda: Agenda<Run>;
}

/** Vehicles that may join, so that what can be asked for without end takes no memory without end. */
const MOST_JOINED = 1_000;
/**
 * The numbers that they have, beyond those of any fleet: others each time the sandbox starts, because a flow that
 * remembers vehicles has told of the former ones.
 */
const JOINING = { from: 10_000, count: 35_000 };

export class Town implements World {
  readonly random: Random;
  readonly pace: number;
  readonly #options: TownOptions;
  readonly #writer: EventWriter;
  readonly #plates = new Plates();
  readonly #vehicles: Vehicle[];
  readonly #agenda = new Agenda<Run>();
  /** What somebody wants to see now: it does not wait until there is something to tell anyway. */
  readonly #urgent = new Agenda<Run>();
  readonly #free = new Pool<Vehicle>();
  /** Those who can tell something now: vehicles that drive or charge, and the others. */
  readonly #active = new Pool<Vehicle>();
  readonly #standing = new Pool<Vehicle>();
  readonly #firstJoining: number;
  #now: number;
  #reports = 0;

  constructor(options: TownOptions) {
    this.#options = options;
    this.random = options.random;
    this.pace = options.pace;
    this.#now = options.start;
    this.#firstJoining = JOINING.from + (Math.floor(options.start / 1000) % JOINING.count);
    this.#writer = new EventWriter(options.random);
    this.#vehicles = open(this, options);
    for (const vehicle of this.#vehicles) this.#place(vehicle);
    const agenda = this.#agenda;
    agenda.add(this.#now, { vehicle: undefined, script: this.#customers(), agenda });
    // who is on the way already is so before anybody can ask for a vehicle
    this.liveUntil(this.#now);
  }

  now(): number {
    return this.#now;
  }

  /** When something happens next, in milliseconds since 1970. */
  get nextAt(): number {
    return Math.min(this.#agenda.nextAt, this.#urgent.nextAt);
  }

  /** The same for what somebody wants to see. */
  get urgentAt(): number {
    return this.#urgent.nextAt;
  }

  /** Lets something happen at that moment, or now if that is later; undefined where no vehicle is there for it. */
  happen(happening: Happening, at: number): Vehicle | undefined {
    const scene: Scene = {
      vehicles: this.#vehicles,
      drawFree: () => this.#free.draw(this.random),
      join: (joining) => {
        const joined = this.#vehicles.length - this.#options.vehicles;
        if (joined >= MOST_JOINED) return undefined;
        const vehicle = create(this, this.#firstJoining + joined, joining);
        this.#vehicles.push(vehicle);
        return vehicle;
      },
    };
    const vehicle = choose(happening, scene, this);
    if (!vehicle) return undefined;
    vehicle.isWanted = true;
    this.#free.update(vehicle, false);
    const script = this.#hurried(happening, vehicle);
    this.#urgent.add(Math.max(this.#now, at), { vehicle, script, agenda: this.#urgent });
    return vehicle;
  }

  *#hurried(happening: Happening, vehicle: Vehicle): Script {
    this.#options.hurry(vehicle.id);
    yield* happen(happening, vehicle, this);
  }

  /** Lets everything happen that happens up to this moment. */
  liveUntil(at: number): void {
    for (let run = this.#take(at); run; run = this.#take(at)) {
      const { value: wait, done } = run.script.next();
      if (!done) run.agenda.add(this.#now + Math.max(1, Math.round(wait)), run);
      if (run.vehicle) this.#place(run.vehicle);
    }
    this.#now = at;
  }

  #take(at: number): Run | undefined {
    const agenda = this.#urgent.nextAt < this.#agenda.nextAt ? this.#urgent : this.#agenda;
    const { nextAt } = agenda;
    const run = agenda.take(at);
    if (run) this.#now = nextAt;
    return run;
  }

  plate(): string {
    return this.#plates.next();
  }

  flow(): string {
    return this.#writer.flow();
  }

  begin(vehicle: Vehicle, script: Script): void {
    this.#agenda.add(this.#now, { vehicle, script, agenda: this.#agenda });
  }

  recordChanges(vehicle: Vehicle, flow = this.flow()): void {
    vehicle.advance(this.#now);
    const changes = vehicle.takeChanges();
    if (Object.keys(changes).length === 0) return;
    this.#tell(vehicle, this.#write(vehicle, 'VehicleStateRecorded', flow, changes));
  }

  record(vehicle: Vehicle, type: FleetEventType, flow = this.flow()): void {
    vehicle.advance(this.#now);
    this.#tell(vehicle, this.#write(vehicle, type, flow, vehicle.state));
  }

  announce(vehicle: Vehicle, reason: ChangeReason): void {
    const data = {
      vehicle_id: vehicle.id,
      reasons: [reason],
      vehicle: {
        master_data: { license_plate: vehicle.plate },
        rental_status: { value: vehicle.isRented ? 'IN_RENTAL' : 'NOT_IN_RENTAL' },
      },
    };
    this.#publish(vehicle, this.#writer.write('VehicleChanged', this.#now, this.flow(), data));
  }

  /** What a vehicle tells without cause, the moving ones more often; undefined if all are offline. */
  regularReport(): FleetEvent | undefined {
    this.#reports += 1;
    const first = this.#reports % 3 === 0 ? this.#standing : this.#active;
    const vehicle = first.nextInTurn() ?? this.#active.nextInTurn() ?? this.#standing.nextInTurn();
    if (!vehicle) return undefined;
    vehicle.advance(this.#now);
    if (this.random.percent(10)) vehicle.hear(this.random.whole(1, 5), this.#now);
    vehicle.takeChanges();
    const type = this.random.percent(0.5) ? UNKNOWN_TYPE : 'VehicleStateRecorded';
    const surprise = this.random.percent(0.5) && { [UNKNOWN_PROPERTY]: vehicle.state.ignition };
    return this.#write(vehicle, type, this.flow(), { ...vehicle.state, ...surprise });
  }

  /** Nothing happens for so many whole seconds, and then everything goes on as if they had not been. */
  rest(seconds: number): void {
    for (const vehicle of this.#vehicles) vehicle.rest(seconds);
    this.#agenda.postpone(seconds * 1000);
    this.#urgent.postpone(seconds * 1000);
  }

  *#customers(): Script {
    yield 1_000;
    for (;;) {
      const vehicle = this.#options.isBehind() ? undefined : this.#free.draw(this.random);
      if (vehicle) this.begin(vehicle, rental(vehicle, this));
      yield this.random.wait(1000 / this.#options.demand);
    }
  }

  #write(vehicle: Vehicle, type: FleetEventType, flow: string, state: object): FleetEvent {
    const data = { vehicle_id: vehicle.id, vehicle_state: state };
    return this.#writer.write(type, this.#now, flow, data);
  }

  /** An offline vehicle remembers what it has to tell. */
  #tell(vehicle: Vehicle, event: FleetEvent): void {
    if (vehicle.isOnline) this.#publish(vehicle, event);
    else vehicle.memory.push(event);
  }

  #publish(vehicle: Vehicle, event: FleetEvent): void {
    if (vehicle.isUrgent) this.#options.publishNow(event);
    else this.#options.publish(event);
  }

  /** After something happened to a vehicle: who can rent it, what it can tell. */
  #place(vehicle: Vehicle): void {
    const { isOnline, isBusy, isWanted, isDriving, isRefilling } = vehicle;
    const isActive = isDriving || isRefilling;
    this.#free.update(vehicle, isOnline && !isBusy && !isWanted);
    this.#active.update(vehicle, isOnline && isActive);
    this.#standing.update(vehicle, isOnline && !isActive);
    if (isOnline && vehicle.memory.length > 0) {
      for (const event of vehicle.memory.splice(0)) this.#publish(vehicle, event);
    }
  }
}
