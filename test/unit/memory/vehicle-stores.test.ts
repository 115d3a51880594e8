/** Vehicles in memory and in files: what is known, what was said, and what survives. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { FileStore } from '../../../src/memory/file/file-store';
import { FileVehicles } from '../../../src/memory/file/file-vehicles';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import type { StoreHealth } from '../../../src/memory/key-store';
import { MemoryVehicles } from '../../../src/memory/memory/memory-vehicles';
import { VehicleStates } from '../../../src/memory/vehicles/vehicle-states';
import { MovedClock, turn } from '../../support/moved-clock';
import {
  describeLastingVehicles,
  describeVehicleStore,
} from '../../support/vehicle-store-contract';
import { FakeDelivery, newsOf } from '../../support/vehicle-world';

describe('keeping vehicles in memory', () => {
  describeVehicleStore(async () => ({
    open: (maxVehicles = 100) => new MemoryVehicles({ maxVehicles }),
  }));

  it('forgets those heard of longest ago beyond the limit', async () => {
    const store = new MemoryVehicles({ maxVehicles: 2 });
    const state = new VehicleStates(store, 'state');
    for (const [at, id] of ['a', 'b', 'a', 'c'].entries()) {
      await state.observe(newsOf(store.lists, id, at, { level: 1 }), undefined);
    }
    const ids = async () => (await store.list({ limit: 9 })).map(({ id }) => id);
    assert.deepEqual(await ids(), ['a', 'c']);
    for (let n = 0; n < 2_000; n++) {
      await state.observe(newsOf(store.lists, `v${n}`, n, { level: 1 }), undefined);
    }
    assert.deepEqual(await ids(), ['v1998', 'v1999']);
  });
});

describe('keeping vehicles in files', function () {
  this.timeout(60_000);
  let directory: string;
  let clock: MovedClock;
  let stores: FileVehicles[];
  let health: StoreHealth[];
  let warnings: string[];

  beforeEach(() => {
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'vehicles-')), 'invers');
    clock = new MovedClock();
    [stores, health, warnings] = [[], [], []];
  });
  afterEach(() => {
    mock.restoreAll();
    for (const store of stores) store.close();
    fs.rmSync(path.dirname(directory), { recursive: true, force: true });
  });

  const place = () =>
    new StoreDirectory({
      directory,
      clock,
      tell: (changed) => health.push(changed),
      warn: (text) => warnings.push(text),
    });
  function open(maxVehicles = 1_000): FileVehicles {
    const store = new FileVehicles({ place: place(), maxVehicles });
    stores.push(store);
    return store;
  }
  /** What it has handed to the system is there, and its lock holds nobody. */
  async function kill(store: FileVehicles): Promise<void> {
    await turn();
    for (const set of [store]) mock.method(set, 'flush', () => undefined);
    store.close();
    stores.splice(stores.indexOf(store), 1);
  }
  const segments = () => fs.readdirSync(directory).filter((name) => name.startsWith('vehicles-'));
  const size = () =>
    segments().reduce((sum, name) => sum + fs.statSync(path.join(directory, name)).size, 0);
  const tellAll = async (store: FileVehicles, from: number, to: number, at = 1) => {
    const state = new VehicleStates(store, 'state');
    for (let n = from; n < to; n++) {
      await state.observe(
        newsOf(store.lists, `v${n}`, at, { level: n + at, lock: 'OPEN' }),
        undefined,
      );
    }
    await turn();
  };
  const known = (store: FileVehicles, from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => store.find(`v${from + n}`)).filter(Boolean).length;

  describe('as every store does it', () => {
    describeVehicleStore(async () => ({ open }));
  });

  describe('as every store does it that outlives its process', () => {
    describeLastingVehicles(async () => ({ open, kill: (store) => kill(store as FileVehicles) }));
  });

  it('has written what an event brought before the event counts as seen', async () => {
    const shared = place();
    const keys = new FileStore({ place: shared, maxEntries: 10 });
    const store = new FileVehicles({ place: shared, maxVehicles: 10 });
    const delivery = new FakeDelivery();
    await new VehicleStates(store, 'state').observe(
      newsOf(store.lists, 'v1', 1, { level: 1 }),
      delivery,
    );
    void delivery.acknowledge();
    keys.record('seen', 'owner', 1_000);
    assert.match(fs.readFileSync(path.join(directory, segments()[0] ?? ''), 'utf8'), /"v1"/);
    keys.close();
    store.close();
  });

  it('makes nothing last that an event brought whose delivery has not ended', async () => {
    let store = open();
    const state = new VehicleStates(store, 'state');
    const observe = (at: number, properties: Record<string, string>, delivery?: FakeDelivery) =>
      state.observe(newsOf(store.lists, 'v1', at, properties), delivery);
    await observe(1, { lock: 'LOCKED', level: 'full' });
    await observe(2, { lock: 'OPEN' }, new FakeDelivery());
    await observe(3, { level: 'low' });
    assert.deepEqual(store.find('v1')?.values, ['low', 'OPEN']);
    await kill(store);
    store = open();
    assert.deepEqual(store.find('v1')?.values, ['low', 'LOCKED']);
  });

  it('knows after a kill what was told by another event than the one that had brought it', async () => {
    let store = open();
    const observe = async (
      at: number,
      properties: Record<string, string>,
      delivery?: FakeDelivery,
    ) => {
      const state = new VehicleStates(store, 'state');
      const told = await state.observe(newsOf(store.lists, 'v1', at, properties), delivery);
      return told === 'left' ? [] : Object.keys(told.changed);
    };
    await observe(1, { lock: 'LOCKED' });
    const failing = new FakeDelivery();
    assert.deepEqual(await observe(2, { lock: 'OPEN' }, failing), ['lock']);
    failing.giveBack();
    assert.deepEqual(await observe(3, { level: 'low' }), ['level', 'lock']);
    await kill(store);
    store = open();
    assert.deepEqual(await observe(2, { lock: 'OPEN' }), []);
  });

  it('keeps its files small, and never writes everything at once', async () => {
    let store = open();
    await tellAll(store, 0, 1_000);
    const write = mock.method(fs, 'writeSync');
    for (let at = 2; at < 60; at++) await tellAll(store, 0, 500, at);
    const lengths = write.mock.calls.map(({ arguments: [, bytes] }) => bytes.length);
    assert.ok(Math.max(...lengths) < 100_000, `${Math.max(...lengths)} bytes at once`);
    mock.restoreAll();
    await kill(store);
    assert.ok(size() < 4_000_000, `${size()} bytes`);
    store = open();
    assert.equal(known(store, 0, 1_000), 1_000);
    assert.deepEqual(store.find('v3')?.values, [62, 'OPEN']);
    assert.deepEqual(store.find('v700')?.values, [701, 'OPEN']);
  });

  it('forgets on the disk too those heard of longest ago', async () => {
    const store = open(10);
    await tellAll(store, 0, 20);
    await kill(store);
    const again = open(1_000);
    assert.equal(known(again, 0, 10), 0);
    assert.equal(known(again, 10, 20), 10);
  });

  it('tells how many lines are damaged, and keeps all the others', async () => {
    const store = open();
    await tellAll(store, 0, 100);
    await kill(store);
    const file = path.join(directory, segments()[0] ?? '');
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    const damaged = lines.map((line, at) => (at % 10 === 5 ? line.slice(0, 20) : line));
    fs.writeFileSync(file, `${damaged.join('\n')}["torn`);
    const again = open();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^11 lines .* are damaged/);
    assert.equal(known(again, 0, 100), 90);
  });

  it('works on in memory while the disk is full, says so once, and writes what was missed', async () => {
    const store = open();
    await tellAll(store, 0, 10);
    mock.method(fs, 'writeSync', () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    await tellAll(store, 10, 30);
    await tellAll(store, 0, 10, 2);
    assert.deepEqual(
      health.map(({ state }) => state),
      ['memory-only'],
    );
    mock.restoreAll();
    await clock.pass(1_000);
    assert.equal(health.at(-1)?.state, 'working');
    await kill(store);
    const again = open();
    assert.equal(known(again, 0, 30), 30);
    assert.deepEqual(again.find('v3')?.values, [5, 'OPEN']);
  });

  it('works in memory while another one has the directory, and joins what is there when it is free', async () => {
    const first = open();
    await tellAll(first, 0, 10, 5);
    const second = open();
    assert.deepEqual(
      health.map(({ state }) => state),
      ['refused'],
    );
    await tellAll(second, 5, 15, 1);
    first.close();
    await clock.pass(10_000);
    await tellAll(second, 15, 16);
    assert.equal(known(second, 0, 16), 16);
    assert.deepEqual(second.find('v7')?.values, [12, 'OPEN']);
    await kill(second);
    assert.equal(known(open(), 0, 16), 16);
  });

  it('gives its files to their user alone', async () => {
    const store = open();
    await tellAll(store, 0, 1);
    const { mode } = fs.statSync(path.join(directory, segments()[0] ?? ''));
    assert.equal(mode & 0o777, 0o600);
  });
});
