/** The parked events of all topics: where they are kept, and how they are sent again. */

import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { NodeAPI } from 'node-red';
import type { IncomingMessage } from '../../../src/broker/broker';
import type { Verdict } from '../../../src/delivery/verdict';
import { errorText } from '../../../src/errors/error-text';
import { FileParked } from '../../../src/memory/file/file-parked';
import { MemoryParked } from '../../../src/memory/memory/memory-parked';
import type { ParkedEvent, ParkedStore, ParkedSummary } from '../../../src/memory/parked-store';
import { warn } from '../status/say';
import { throttledWarning } from '../status/throttled-warning';

/** Sends an event through a topic as a delivery of its own; undefined while the topic does not consume. */
export type SendAgain = (delivery: IncomingMessage) => Verdict | Promise<Verdict> | undefined;

/** A store of its own, or the folder of one in files: whoever names the same folder shares it. */
export type ParkedPlace = ParkedStore | string;

/** How many of a topic are sent again at once. */
const AT_ONCE = 10;

export class Parking {
  readonly #topics = new Map<string, SendAgain>();
  /** Asked to be sent again, by topic, and those that are on their way. */
  readonly #asked = new Map<string, string[]>();
  readonly #onTheirWay = new Set<string>();
  /** Ends the wait for what a topic has on its way. */
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #warn: (text: string) => void;
  /** Where the events of a topic are parked that names a store. */
  readonly #places = new Map<string, ParkedPlace>();
  /** By their folder. */
  readonly #inFiles = new Map<string, ParkedStore>();

  constructor(private readonly RED: NodeAPI) {
    this.#warn = throttledWarning((text) => warn(RED.log, text));
  }

  /** Where the events of a topic are parked from now on, instead of files in the user directory. */
  keepIn(node: string, place: ParkedPlace): void {
    this.#places.set(node, place);
  }

  /** A topic can send again what it has parked. */
  join(node: string, sendAgain: SendAgain): void {
    this.#topics.set(node, sendAgain);
  }

  leave(node: string): void {
    this.#topics.delete(node);
    this.#places.delete(node);
    for (const id of this.#asked.get(node) ?? []) this.#onTheirWay.delete(id);
    this.#asked.delete(node);
    this.lost(node);
  }

  /** Nobody is told any more what becomes of what the topic has on its way: it stays parked. */
  lost(node: string): void {
    for (const giveUp of this.#waiting.get(node) ?? []) giveUp();
  }

  /** When this returns, or what it returns resolves, the event is kept. Throws or rejects where it cannot be. */
  park(event: Omit<ParkedEvent, 'id' | 'parkedAt'>): void | Promise<void> {
    const store = this.#opened(this.#places.get(event.node));
    return store.park({ ...event, id: randomUUID(), parkedAt: Date.now() });
  }

  /** Those of a store that is away are not among them. */
  async list(): Promise<ParkedSummary[]> {
    const all: ParkedSummary[] = [];
    for (const store of this.#stores()) {
      try {
        all.push(...(await store.list()));
      } catch (error) {
        this.#warn(`Parked events could not be listed: ${errorText(error)}`);
      }
    }
    return all.sort((one, other) => one.parkedAt - other.parkedAt);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) if (!this.#onTheirWay.has(id)) await this.#remove(id);
  }

  /** How many of them will be sent again; the others are on their way, or their topic is not there. */
  async sendAgain(ids: readonly string[]): Promise<number> {
    const wanted = new Set(ids);
    const found = (await this.list()).filter(
      ({ id, node }) => wanted.has(id) && !this.#onTheirWay.has(id) && this.#topics.has(node),
    );
    for (const { id, node } of found) {
      this.#onTheirWay.add(id);
      const asked = this.#asked.get(node) ?? [];
      asked.push(id);
      this.#asked.set(node, asked);
    }
    for (const node of new Set(found.map((event) => event.node))) {
      for (let started = 0; started < AT_ONCE; started++) void this.#sendNext(node);
    }
    return found.length;
  }

  async #sendNext(node: string): Promise<void> {
    for (;;) {
      const id = this.#asked.get(node)?.shift();
      if (id === undefined) return;
      try {
        await this.#send(node, id);
      } catch (error) {
        this.#warn(`A parked event could not be sent again: ${errorText(error)}`);
      } finally {
        this.#onTheirWay.delete(id);
      }
    }
  }

  /** Until it has ended. What is given back has had its delay: it is tried again, without a queue. */
  async #send(node: string, id: string): Promise<void> {
    for (;;) {
      const parked = await this.#read(id);
      const { body, properties } = parked ?? {};
      if (!body) return;
      const delivery = {
        body,
        properties: uncounted(properties as IncomingMessage['properties']),
        redelivered: true,
      };
      const verdict = await this.#verdict(node, delivery);
      // its topic has stopped: it stays parked
      if (verdict === undefined) return;
      if (verdict !== 'requeue') {
        await this.#remove(id);
        return;
      }
    }
  }

  async #verdict(node: string, delivery: IncomingMessage): Promise<Verdict | undefined> {
    let giveUp: () => void = () => undefined;
    const lost = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    const waiting = this.#waiting.get(node) ?? new Set();
    this.#waiting.set(node, waiting.add(giveUp));
    try {
      return await Promise.race([this.#topics.get(node)?.(delivery), lost]);
    } finally {
      waiting.delete(giveUp);
    }
  }

  async #read(id: string): Promise<ParkedEvent | undefined> {
    for (const store of this.#stores()) {
      const parked = await store.read(id);
      if (parked) return parked;
    }
    return undefined;
  }

  async #remove(id: string): Promise<void> {
    for (const store of this.#stores()) await store.remove(id);
  }

  /** All that are in use; the one in the user directory always is. */
  #stores(): Set<ParkedStore> {
    return new Set([undefined, ...this.#places.values()].map((place) => this.#opened(place)));
  }

  #opened(place: ParkedPlace | undefined): ParkedStore {
    if (typeof place === 'object') return place;
    const folder = place ?? path.join(this.RED.settings.userDir ?? '.', 'invers');
    const store = this.#inFiles.get(folder) ?? this.#open(path.join(folder, 'parked'));
    this.#inFiles.set(folder, store);
    return store;
  }

  #open(directory: string): ParkedStore {
    const onDropped = () =>
      this.#warn('Too many events are parked: the oldest one was thrown away for a new one.');
    try {
      return new FileParked(directory, onDropped, undefined, {
        onSyncFailed: (error) =>
          this.#warn(
            `A power cut could lose parked events, because the disk did not take them: ${errorText(error)}`,
          ),
      });
    } catch (error) {
      warn(
        this.RED.log,
        `Events are parked in memory, and gone with Node-RED, because ${directory} cannot be used: ${errorText(error)}`,
      );
      return new MemoryParked(onDropped);
    }
  }
}

/** How often a queue had given it out before says nothing of a delivery of its own. */
function uncounted(properties: IncomingMessage['properties']): IncomingMessage['properties'] {
  // what a watch has said has none
  const { 'x-delivery-count': _, ...headers } = properties.headers ?? {};
  return { ...properties, headers };
}

const parkings = new WeakMap<object, Parking>();

/** One for all nodes of a runtime, each of whose node types has a `RED` of its own. */
export function sharedParking(RED: NodeAPI): Parking {
  const parking = parkings.get(RED.events) ?? new Parking(RED);
  parkings.set(RED.events, parking);
  return parking;
}
