/** What an invers-event-filter knows of where its keys are remembered: its own memory, or a store node's. */
import type { Node, NodeAPI } from 'node-red';
import { Dedupe } from '../../../src/memory/dedupe';
import type { StoreHealth } from '../../../src/memory/key-store';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { systemClock } from '../../../src/time/clock';
import type { DedupeSettings } from '../settings/filter';
import { ConfigError } from '../settings/values';

export interface SharedDedupe {
  readonly dedupe: Dedupe;
  /** Undefined where there is nothing that could go wrong. */
  readonly health: StoreHealth | undefined;
  /** Called when the health changes; the returned function ends that. */
  watch(onChange: () => void): () => void;
  /** The filter closes: its own memory goes with it, a store node's stays for the others. */
  leave(): Promise<void>;
}

export interface StoreNode extends Node {
  /** Throws a ConfigError where the store's own settings cannot be used. */
  open(): SharedDedupe;
}

/** Throws a ConfigError where the store that is named cannot be used. */
export function openDedupe(RED: NodeAPI, { store, maxEntries }: DedupeSettings): SharedDedupe {
  if (store === '') return ownMemory(maxEntries);
  const node = RED.nodes.getNode(store) as StoreNode | null;
  if (!node)
    throw new ConfigError('The store of event ids is missing or disabled: choose another.');
  return node.open();
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
