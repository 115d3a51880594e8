/** What nodes know of the store that they name, and the memory of a filter that names none. */
import type { Node, NodeAPI } from 'node-red';
import { Dedupe } from '../../../src/memory/dedupe';
import type { StoreHealth } from '../../../src/memory/key-store';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import type { ParkedStore } from '../../../src/memory/parked-store';
import type { VehicleStore } from '../../../src/memory/vehicle-store';
import { systemClock } from '../../../src/time/clock';
import type { DedupeSettings } from '../settings/filter';
import { ConfigError } from '../settings/values';

/** How a store stands that nodes share. */
export interface SharedStore {
  /** Undefined where there is nothing that could go wrong. */
  readonly health: StoreHealth | undefined;
  /** Called when the health changes; the returned function ends that. */
  watch(onChange: () => void): () => void;
}

export interface SharedDedupe extends SharedStore {
  readonly dedupe: Dedupe;
  /** The filter closes: its own memory goes with it, a store node's stays for the others. */
  leave(): Promise<void>;
}

export interface SharedVehicles extends SharedStore {
  readonly vehicles: VehicleStore;
}

export interface StoreNode extends Node {
  /** Throws a ConfigError where the store's own settings cannot be used. */
  opened(): {
    dedupe(): SharedDedupe;
    vehicles(): SharedVehicles;
    /** A store of its own, or the folder of one in files. */
    parked(): ParkedStore | string;
  };
}

/** Throws a ConfigError where the store that is named cannot be used. */
export function openDedupe(RED: NodeAPI, { store, maxEntries }: DedupeSettings): SharedDedupe {
  return store === '' ? ownMemory(maxEntries) : storeNode(RED, store).opened().dedupe();
}

/** The same for vehicles, which live in a store node only. */
export function openVehicles(RED: NodeAPI, store: string): SharedVehicles {
  return storeNode(RED, store).opened().vehicles();
}

/** The same for events that are parked. */
export function parkedPlace(RED: NodeAPI, store: string): ParkedStore | string {
  return storeNode(RED, store).opened().parked();
}

function storeNode(RED: NodeAPI, id: string): StoreNode {
  const node = RED.nodes.getNode(id) as StoreNode | null;
  if (!node) throw new ConfigError('The store is missing or disabled: choose another.');
  return node;
}

function ownMemory(maxEntries: number): SharedDedupe {
  const dedupe = new Dedupe(new MemoryStore({ maxEntries }), systemClock);
  return {
    dedupe,
    health: undefined,
    watch: () => () => undefined,
    leave: () => dedupe.close(),
  };
}
