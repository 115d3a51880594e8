/** What a store node has opened: the ids seen and the vehicles, each for the first node that asks for it. */

import type { Node } from 'node-red';
import { warningOfOpenFolder } from '../../../src/files/private-files';
import { Dedupe } from '../../../src/memory/dedupe';
import { FileStore } from '../../../src/memory/file/file-store';
import { FileVehicles } from '../../../src/memory/file/file-vehicles';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import type { KeyStore, StoreHealth, TellHealth } from '../../../src/memory/key-store';
import { MemoryParked } from '../../../src/memory/memory/memory-parked';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { MemoryVehicles } from '../../../src/memory/memory/memory-vehicles';
import type { ParkedStore } from '../../../src/memory/parked-store';
import { RedisParked } from '../../../src/memory/redis/redis-parked';
import { RedisStore } from '../../../src/memory/redis/redis-store';
import { RedisVehicles } from '../../../src/memory/redis/redis-vehicles';
import type { VehicleStore } from '../../../src/memory/vehicle-store';
import { systemClock } from '../../../src/time/clock';
import type { StoreSettings } from '../settings/store';
import { fail, inform, warn } from '../status/say';
import { throttledWarning } from '../status/throttled-warning';
import type { SharedDedupe, SharedStore, SharedVehicles } from './store-node';

/** A store that nobody uses touches no file and no server. */
export class OpenStore {
  readonly #watchers = new Set<() => void>();
  readonly #warn: (text: string) => void;
  /** Of each part that has a connection or a directory of its own. */
  readonly #parts = new Map<string, StoreHealth>();
  #health: StoreHealth = { state: 'working', message: '' };
  #directory: StoreDirectory | undefined;
  #dedupe: Dedupe | undefined;
  #vehicles: VehicleStore | undefined;
  #parked: ParkedStore | undefined;

  constructor(
    private readonly node: Node,
    private readonly settings: StoreSettings,
  ) {
    this.#warn = throttledWarning((text) => warn(node, text));
  }

  dedupe(): SharedDedupe {
    this.#dedupe ??= new Dedupe(this.#createKeys(), systemClock);
    return Object.assign(this.#shared(), { dedupe: this.#dedupe, leave: async () => undefined });
  }

  vehicles(): SharedVehicles {
    this.#vehicles ??= this.#createVehicles();
    return Object.assign(this.#shared(), { vehicles: this.#vehicles });
  }

  parked(): ParkedStore | string {
    const { settings } = this;
    if (settings.backend === 'file') return settings.directory;
    const onDropped = () =>
      this.#warn('Too many events are parked: the oldest one was thrown away for a new one.');
    this.#parked ??=
      settings.backend === 'memory'
        ? new MemoryParked(onDropped)
        : new RedisParked({
            ...settings,
            clock: systemClock,
            tell: this.#tellOf('parked'),
            onDropped,
          });
    return this.#parked;
  }

  /** Resolves when no event is on its way that passed a filter, or that something was said of. */
  async idle(): Promise<void> {
    await Promise.all([this.#dedupe?.idle(), this.#vehicles?.onTheirWay.idle()]);
  }

  async close(): Promise<void> {
    await this.#vehicles?.close();
    await this.#dedupe?.close();
    await this.#parked?.close();
  }

  #shared(): SharedStore {
    const health = () => this.#health;
    return {
      get health() {
        return health();
      },
      watch: (onChange: () => void) => {
        this.#watchers.add(onChange);
        return () => this.#watchers.delete(onChange);
      },
    };
  }

  #createKeys(): KeyStore {
    const { settings } = this;
    switch (settings.backend) {
      case 'memory':
        return new MemoryStore(settings);
      case 'file':
        return new FileStore({ ...settings, place: this.#place(settings.directory) });
      case 'redis':
        return new RedisStore({ ...settings, clock: systemClock, tell: this.#tellOf('keys') });
    }
  }

  #createVehicles(): VehicleStore {
    const { settings } = this;
    switch (settings.backend) {
      case 'memory':
        return new MemoryVehicles(settings);
      case 'file':
        return new FileVehicles({ ...settings, place: this.#place(settings.directory) });
      case 'redis':
        return new RedisVehicles({
          ...settings,
          clock: systemClock,
          tell: this.#tellOf('vehicles'),
        });
    }
  }

  #place(directory: string): StoreDirectory {
    if (this.#directory) return this.#directory;
    const openFolder = warningOfOpenFolder(directory);
    if (openFolder !== undefined) warn(this.node, openFolder);
    this.#directory = new StoreDirectory({
      directory,
      clock: systemClock,
      tell: this.#tellOf('directory'),
      warn: (text) => warn(this.node, text),
    });
    return this.#directory;
  }

  /** All parts are mostly away for one reason: it is told once, and that all are back. */
  #tellOf(part: string): TellHealth {
    return (changed) => {
      this.#parts.set(part, changed);
      const trouble = [...this.#parts.values()].find(({ state }) => state !== 'working');
      const health = trouble ?? changed;
      if (health.state === this.#health.state) return;
      this.#health = health;
      if (health.state === 'working') inform(this.node, health.message);
      else if (health.state === 'refused') fail(this.node, health.message);
      else this.#warn(health.message);
      for (const tell of this.#watchers) tell();
    };
  }
}
