/** One watch while its node lives: takes in what events say, looks again when it is time, and says what is to be said. */

import type { NodeMessage } from 'node-red';
import { errorText } from '../../../src/errors/error-text';
import type { VehicleStore } from '../../../src/memory/vehicle-store';
import { isNothing } from '../../../src/memory/vehicles/vehicle-entry';
import { VehicleWatches, type WatchedStep } from '../../../src/memory/vehicles/vehicle-watches';
import { type Clock, systemClock } from '../../../src/time/clock';
import { InOrder } from '../../../src/time/in-order';
import { RecentMap } from '../../../src/time/recent-map';
import { WakeUps } from '../../../src/time/wake-ups';
import { shownNews } from '../../../src/vehicle/shown';
import type { Changes, Vehicle } from '../../../src/vehicle/vehicle';
import { alertOf } from '../../../src/vehicle/watch/alert';
import type { Episode, WatchStep } from '../../../src/vehicle/watch/episode';
import { stepWatch } from '../../../src/vehicle/watch/watch';
import type { WatchNodeSettings } from '../settings/watch';
import { warn } from '../status/say';
import { ClockDeliveries, type ClockDeliveriesOptions, type Telling } from './clock-deliveries';
import type { Send } from './input';
import type { VehicleMessage } from './vehicle-message';
import { type HearingsOfConsumers, WatchListening } from './watch-listening';

export interface WatchRunOptions
  extends Pick<ClockDeliveriesOptions, 'completion' | 'deliveries' | 'node' | 'parking'> {
  readonly settings: WatchNodeSettings;
  readonly vehicles: VehicleStore;
  readonly hearings: HearingsOfConsumers;
  /** Those that the watch is wired to, as far as the wires tell. */
  readonly consumers: () => string[];
  readonly onSaid: (state: 'raised' | 'cleared') => void;
}

/** Events that something was said because of: what they changed is asked for again at their next attempt. */
const REMEMBERED = 1_000;

/** What a store answers about one vehicle. */
type Answer = WatchedStep | 'left' | undefined;

export class WatchRun {
  readonly #watches: VehicleWatches;
  readonly #clockDeliveries: ClockDeliveries;
  readonly #wakeUps: WakeUps;
  readonly #listening: WatchListening;
  /** To be looked at when events arrive as they are told. */
  readonly #whenListening = new Set<string>();
  /** Redis answers later and in any order; messages still leave in the order in which they came. */
  readonly #answered = new InOrder();
  /** By the ids of events. */
  readonly #changes = new RecentMap<string, Changes>(REMEMBERED);
  #stopWatching: (() => void) | undefined;
  #isClosed = false;

  constructor(
    private readonly options: WatchRunOptions,
    private readonly clock: Clock = systemClock,
  ) {
    const { node, completion, deliveries, hearings, parking, vehicles } = options;
    this.#listening = new WatchListening(hearings, () => this.#heard());
    this.#watches = new VehicleWatches({
      store: vehicles,
      owner: node.id,
      decide: this.#decide,
      // of what has happened meanwhile nothing was said
      onCommitted: (id) => this.#wakeUps.set(id, clock.now()),
    });
    this.#clockDeliveries = new ClockDeliveries(
      {
        node,
        completion,
        deliveries,
        parking,
        look: (id, delivery) => this.#evaluate(id, delivery),
        send: (telling) => this.#send((messages) => node.send(messages), telling),
        givenBack: (id) => this.#wakeUps.set(id, clock.now()),
      },
      clock,
    );
    this.#wakeUps = new WakeUps(clock, (id) => this.#clockDeliveries.begin(id));
  }

  /** Of whom nothing was ever remembered may fall silent too. */
  get #hasSilence(): boolean {
    return this.options.settings.watch.conditions.some(({ kind }) => kind === 'silent');
  }

  /** Goes on with what was going on when it ended. */
  async start(): Promise<void> {
    this.#listening.start(this.options.consumers());
    // what another process would have looked at is for this one then
    this.#stopWatching = this.options.vehicles.watchOthers(() => void this.#lookAtAll());
    await this.#lookAtAll((newest) => this.#listening.heardBefore(newest, this.clock.now()));
  }

  observe(message: NodeMessage, heard: VehicleMessage, send: Send): void | Promise<void> {
    const { news, delivery, origin } = heard;
    const { consumer } = (message['delivery'] ?? {}) as { consumer?: unknown };
    this.#listening.heard(news.id, consumer);
    const observed = this.#watches.observe(news, delivery, origin);
    return this.#answered.run(observed, (answer: Answer) => {
      const telling = this.#taken(news.id, answer);
      if (telling === undefined || answer === undefined || answer === 'left') return;
      const { metadata, delivery: info } = message as unknown as Record<string, unknown>;
      const cause = {
        _msgid: message._msgid,
        vehicle: shownNews(answer.vehicle, this.#changesOf(message, answer.changed)),
        ...(metadata === undefined ? {} : { metadata }),
        ...(info === undefined ? {} : { delivery: info }),
      };
      this.#send(send, { ...telling, message: { ...telling.message, ...cause } });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching?.();
    this.#listening.close();
    this.#wakeUps.close();
    this.#watches.close();
    await this.#clockDeliveries.close();
  }

  readonly #decide = (vehicle: Vehicle, episode: Episode | undefined): WatchStep =>
    stepWatch(this.options.settings.watch, episode, {
      vehicle,
      now: this.clock.now(),
      deaf: this.#listening.deafFor(vehicle.id),
    });

  #evaluate(
    id: string,
    delivery: Parameters<ClockDeliveriesOptions['look']>[1],
  ): Telling | undefined | Promise<Telling | undefined> {
    const evaluated = this.#watches.evaluate(id, delivery);
    if (!(evaluated instanceof Promise)) return this.#taken(id, evaluated);
    return evaluated.then((answer) => this.#taken(id, answer));
  }

  /** What is to be said, and when it is to be looked at again. */
  #taken(id: string, answer: Answer): Telling | undefined {
    if (answer === undefined || answer === 'left') return undefined;
    const { vehicle, step } = answer;
    const { say, since, isRepeated, saidOf, wakeAt } = step;
    this.#wakeUps.set(id, wakeAt);
    // while nothing can be heard the watch asks for no wake-up
    if (wakeAt === undefined && say === undefined && this.#listening.isDeafFor(id)) {
      if (step.episode || this.#hasSilence) this.#whenListening.add(id);
    }
    if (say === undefined || since === undefined) return undefined;
    const { name, watch } = this.options.settings;
    const payload = alertOf(name, watch, saidOf ?? vehicle, { say, since, isRepeated });
    const message = { topic: name, payload, vehicle: shownNews(vehicle, {}) };
    return { message: message as unknown as NodeMessage, output: say === 'raised' ? 0 : 1 };
  }

  #send(send: Send, { message, output }: Telling): void {
    const isRaised = output === 0;
    this.options.onSaid(isRaised ? 'raised' : 'cleared');
    if (isRaised) send([message]);
    else if (this.options.settings.clearOutput) send([null, message]);
  }

  /** A vehicle state node before this one knows it; else it is what the event changed when it came first. */
  #changesOf(message: NodeMessage, changed: Changes): Changes {
    const { vehicle, metadata } = message as unknown as {
      vehicle?: { changed?: unknown };
      metadata?: { id?: unknown };
    };
    const known = vehicle?.changed;
    if (typeof known === 'object' && known !== null) return known as Changes;
    const id = metadata?.id;
    if (typeof id !== 'string') return changed;
    const earlier = this.#changes.get(id);
    if (earlier && isNothing(changed)) return earlier;
    this.#changes.set(id, changed);
    return changed;
  }

  /** `before` is called with when any vehicle was heard of last. */
  async #lookAtAll(before?: (newest: number) => void): Promise<void> {
    let newest = Number.NEGATIVE_INFINITY;
    const going: string[] = [];
    try {
      for await (const portion of this.#watches.vehicles(this.#hasSilence)) {
        if (this.#isClosed) return;
        for (const { vehicle } of portion) {
          newest = Math.max(newest, vehicle.lastHeard);
          going.push(vehicle.id);
        }
      }
    } catch (error) {
      warn(
        this.options.node,
        `What was going on before is looked at with the next event of each vehicle only: ${errorText(error)}`,
      );
    }
    if (going.length === 0 || this.#isClosed) return;
    before?.(newest);
    // what came while Node-RED was away waits in the queues, and may change everything
    for (const id of going) this.#whenListening.add(id);
    this.#heard();
  }

  /** Looks at those that waited until events arrive as they are told. */
  #heard(): void {
    const now = this.clock.now();
    for (const id of this.#whenListening) {
      if (this.#listening.isDeafFor(id)) continue;
      this.#whenListening.delete(id);
      this.#wakeUps.set(id, now);
    }
  }
}
