/** What every store of vehicles has to do, wherever it keeps them: the same sentences for all of them. */
import assert from 'node:assert/strict';
import type { VehicleStore } from '../../src/memory/vehicle-store';
import type { Left } from '../../src/memory/vehicles/enlisted';
import { type ToldState, VehicleStates } from '../../src/memory/vehicles/vehicle-states';
import { VehicleWatches, type WatchedStep } from '../../src/memory/vehicles/vehicle-watches';
import type { Value } from '../../src/vehicle/vehicle';
import { turn } from './moved-clock';
import { FakeDelivery, levelWatch, newsOf, START } from './vehicle-world';

export interface VehicleStoresUnderTest {
  /** The store as a process has it. What was kept by an earlier one is still there where it survives. */
  open(): VehicleStore;
}

export function describeVehicleStore(create: () => Promise<VehicleStoresUnderTest>): void {
  let store: VehicleStore;
  let state: VehicleStates;
  let watch: VehicleWatches;
  let committed: string[];

  beforeEach(async () => {
    const tested = await create();
    store = tested.open();
    state = new VehicleStates(store, 'state');
    committed = [];
    watch = watchOf('watch');
  });

  const watchOf = (owner: string, holdFor = 0) => {
    const told = committed;
    return new VehicleWatches({
      store,
      owner,
      decide: levelWatch(() => START, holdFor),
      onCommitted: (id) => told.push(id),
    });
  };
  const news = (at: number, properties: Record<string, Value>, id = 'v1') =>
    newsOf(store.lists, id, at, properties);

  /** What is told of an event: `name from>to`, or that the message is left. */
  async function told(answer: ToldState | Left | Promise<ToldState | Left>): Promise<string> {
    const result = await answer;
    if (result === 'left') return result;
    const changes = Object.entries(result.changed);
    return changes.map(([name, { from, to }]) => `${name} ${from}>${to}`).join(' ');
  }
  const tell = (at: number, properties: Record<string, Value>, delivery?: FakeDelivery) =>
    told(state.observe(news(at, properties), delivery));

  async function said(
    answer: WatchedStep | Left | undefined | Promise<WatchedStep | Left | undefined>,
  ): Promise<string> {
    const result = await answer;
    if (result === undefined) return 'unknown';
    return result === 'left' ? result : (result.step.say ?? '');
  }
  const see = (at: number, level: number, delivery?: FakeDelivery) =>
    said(watch.observe(news(at, { level }), delivery));

  it('has nothing on its way any more when the deliveries of all that was said have ended', async () => {
    const [one, other] = [new FakeDelivery(), new FakeDelivery()];
    await tell(1, { level: 50 }, one);
    await see(2, 10, other);
    let isIdle = false;
    const idle = store.onTheirWay.idle().then(() => {
      isIdle = true;
    });
    await one.acknowledge();
    await turn();
    assert.equal(isIdle, false);
    other.giveBack();
    await idle;
    await store.onTheirWay.idle();
  });

  describe('what changed', () => {
    it('is told once, and counts at once where a message has no delivery', async () => {
      assert.equal(await tell(1, { level: 50, lock: 'LOCKED' }), 'level null>50 lock null>LOCKED');
      assert.equal(await tell(2, { level: 50, lock: 'OPEN' }), 'lock LOCKED>OPEN');
      assert.equal(await tell(2, { level: 50, lock: 'OPEN' }), '');
    });

    it('is nothing where news are late or come again', async () => {
      await tell(5, { level: 50 });
      assert.equal(await tell(4, { level: 40 }), '');
      assert.equal(await tell(5, { level: 50 }), '');
      assert.deepEqual((await store.find('v1'))?.values, [50]);
    });

    it('is told again by the next attempt when the event was given back', async () => {
      await tell(1, { level: 50 });
      const first = new FakeDelivery();
      assert.equal(await tell(2, { level: 40 }, first), 'level 50>40');
      first.giveBack();
      const second = new FakeDelivery();
      assert.equal(await tell(2, { level: 40 }, second), 'level 50>40');
      await second.acknowledge();
      assert.equal(await tell(2, { level: 40 }), '');
    });

    it('is told by the retry of an event that a newer one, which is done with, had followed', async () => {
      await tell(1, { level: 50 });
      const [first, newer] = [new FakeDelivery(), new FakeDelivery()];
      assert.equal(await tell(2, { level: 40 }, first), 'level 50>40');
      assert.equal(await tell(3, { level: 40 }, newer), '');
      await newer.acknowledge();
      first.giveBack();
      assert.equal(await tell(2, { level: 40 }), 'level 50>40');
    });

    it('is told of each property by the event that brought it, in whatever order they end', async () => {
      await tell(1, { level: 50, lock: 'LOCKED' });
      const [one, other] = [new FakeDelivery(), new FakeDelivery()];
      assert.equal(await tell(2, { level: 40 }, one), 'level 50>40');
      assert.equal(await tell(3, { lock: 'OPEN' }, other), 'lock LOCKED>OPEN');
      await other.acknowledge();
      one.giveBack();
      assert.equal(await tell(4, { ignition: 'ON' }), 'ignition null>ON level 50>40');
      assert.equal(await tell(5, { ignition: 'ON' }), '');
    });

    it('is told by each of two nodes beside each other', async () => {
      const other = new VehicleStates(store, 'other');
      const delivery = new FakeDelivery();
      assert.equal(await tell(1, { level: 50 }, delivery), 'level null>50');
      assert.equal(await told(other.observe(news(1, { level: 50 }), delivery)), 'level null>50');
      await delivery.acknowledge();
      assert.equal(await told(other.observe(news(2, { level: 50 }), undefined)), '');
      assert.equal(await tell(2, { level: 50 }), '');
    });

    it('is only what follows where a node was added later', async () => {
      await tell(1, { level: 50, lock: 'LOCKED' });
      const later = new VehicleStates(store, 'later');
      const second = news(2, { level: 50, lock: 'OPEN' });
      assert.equal(await told(later.observe(second, undefined)), 'lock LOCKED>OPEN');
    });

    it('waits for a node that the event does not come to', async () => {
      const rare = new VehicleStates(store, 'rare');
      await tell(1, { level: 50 });
      await tell(2, { level: 40 });
      assert.equal(
        await told(rare.observe(news(3, { lock: 'OPEN' }), undefined)),
        'level null>40 lock null>OPEN',
      );
    });

    it('is left to the next delivery where this one was given back already', async () => {
      const delivery = new FakeDelivery();
      delivery.giveBack();
      assert.equal(await tell(1, { level: 50 }, delivery), 'left');
      assert.equal(await tell(1, { level: 50 }), 'level null>50');
    });
  });

  describe('a watch', () => {
    it('says once that it begins and once that it is over', async () => {
      assert.equal(await see(1, 30), '');
      assert.equal(await see(2, 10), 'raised');
      assert.equal(await see(3, 9), '');
      assert.equal(await see(4, 30), 'cleared');
      assert.equal(await see(5, 31), '');
    });

    it('says it again when the event was given back, and lets nobody wait meanwhile', async () => {
      const [first, second] = [new FakeDelivery(), new FakeDelivery()];
      assert.equal(await see(1, 10, first), 'raised');
      assert.equal(await see(2, 9, second), '');
      first.giveBack();
      await second.acknowledge();
      assert.deepEqual(committed, []);
      const retry = new FakeDelivery();
      assert.equal(await see(1, 10, retry), 'raised');
      await retry.acknowledge();
      assert.equal(await see(3, 9), '');
    });

    it('says by the clock what happened while it was saying something else', async () => {
      const first = new FakeDelivery();
      assert.equal(await see(1, 10, first), 'raised');
      assert.equal(await see(2, 30), '');
      await first.acknowledge();
      assert.deepEqual(committed, ['v1']);
      assert.equal(await said(watch.evaluate('v1', undefined)), 'cleared');
      assert.equal(await said(watch.evaluate('v1', undefined)), '');
    });

    it('says again what did not arrive, as it was then, also where it is over, and after that the end', async () => {
      const first = new FakeDelivery();
      assert.equal(await see(1, 10, first), 'raised');
      assert.equal(await see(2, 30), '');
      first.giveBack();
      const retry = new FakeDelivery();
      const again = await watch.observe(news(1, { level: 10 }), retry);
      assert.ok(again !== 'left' && again.step.say === 'raised');
      assert.deepEqual([again.step.since, again.step.saidOf?.values], [START + 1_000, [10]]);
      assert.deepEqual(again.vehicle.values, [30]);
      assert.equal(await see(3, 31), '');
      await retry.acknowledge();
      assert.deepEqual(committed, ['v1']);
      const over = new FakeDelivery();
      assert.equal(await said(watch.evaluate('v1', over)), 'cleared');
      assert.equal(await see(4, 9), '');
      over.giveBack();
      assert.equal(await said(watch.evaluate('v1', undefined)), 'cleared');
      assert.equal(await said(watch.evaluate('v1', undefined)), 'raised');
      assert.deepEqual(
        committed,
        ['v1', 'v1'],
        'it is to be looked at: something has happened since',
      );
    });

    it('has the next event of the vehicle say what did not arrive, if that comes first', async () => {
      const first = new FakeDelivery();
      assert.equal(await see(1, 10, first), 'raised');
      first.giveBack();
      const next = new FakeDelivery();
      assert.equal(await see(2, 30, next), 'raised');
      assert.equal(await see(1, 10), '');
      await next.acknowledge();
      assert.equal(await said(watch.evaluate('v1', undefined)), 'cleared');
      assert.equal(await said(watch.evaluate('v1', undefined)), '');
    });

    it('does not remind again of what is over meanwhile', async () => {
      let now = START;
      watch = new VehicleWatches({
        store,
        owner: 'reminder',
        decide: levelWatch(() => now, 0, 60_000),
        onCommitted: () => undefined,
      });
      assert.equal(await see(1, 10), 'raised');
      now += 61_000;
      const reminder = new FakeDelivery();
      assert.equal(await said(watch.evaluate('v1', reminder)), 'raised');
      assert.equal(await see(30, 50), '');
      reminder.giveBack();
      assert.equal(await said(watch.evaluate('v1', undefined)), 'cleared');
      assert.equal(await said(watch.evaluate('v1', undefined)), '');
    });

    it('has the watch that a deploy has put in its place look again when what it said has arrived', async () => {
      const first = new FakeDelivery();
      assert.equal(await see(1, 10, first), 'raised');
      const before = committed;
      watch.close();
      committed = [];
      watch = watchOf('watch');
      assert.equal(await see(2, 50), '');
      await first.acknowledge();
      await turn();
      assert.deepEqual([before, committed], [[], ['v1']]);
      assert.equal(await said(watch.evaluate('v1', undefined)), 'cleared');
    });

    it('tells what the event has changed', async () => {
      await see(1, 30);
      const answer = await watch.observe(news(2, { level: 10 }), undefined);
      assert.ok(answer !== 'left');
      const { from, to } = answer.changed['level'] ?? {};
      assert.deepEqual([from, to], [30, 10]);
      const by = await watch.evaluate('v1', undefined);
      assert.ok(by && by !== 'left');
      assert.deepEqual(by.changed, {});
    });

    it('keeps since when a condition holds while it tries to say so', async () => {
      watch = watchOf('patient', 60_000);
      const waiting = await watch.observe(news(-90, { level: 10 }), new FakeDelivery());
      assert.ok(waiting !== 'left' && waiting.step.say === 'raised');
      assert.equal(waiting.step.since, START - 90_000);
    });

    it('knows nothing of a vehicle that was never heard of', async () => {
      assert.equal(await said(watch.evaluate('nobody', undefined)), 'unknown');
      assert.equal(await store.find('nobody'), undefined);
    });

    it('is nothing to another one', async () => {
      const other = watchOf('other');
      assert.equal(await see(1, 10), 'raised');
      assert.equal(await said(other.observe(news(1, { level: 10 }), undefined)), 'raised');
    });

    it('finds again at the start what it remembers, and every vehicle where it asks for all', async () => {
      await see(1, 10);
      await watch.observe(news(1, { level: 50 }, 'v2'), undefined);
      const ids = async (isAll: boolean) => {
        const found: string[] = [];
        for await (const portion of watch.vehicles(isAll)) {
          for (const { vehicle, episode } of portion) {
            found.push(`${vehicle.id} ${episode?.raised ? 'raised' : 'idle'}`);
          }
        }
        return found.sort();
      };
      assert.deepEqual(await ids(false), ['v1 raised']);
      assert.deepEqual(await ids(true), ['v1 raised', 'v2 idle']);
    });

    it('begins anew when what it remembers was dropped', async () => {
      await see(1, 10);
      await store.drop('watch');
      assert.equal(await see(2, 10), 'raised');
    });
  });

  it('lists vehicles by their ids, in portions, and those whose id or licence plate has a text', async () => {
    const plate = 'master_data.license_plate';
    for (const id of ['b', 'd', 'a', 'c'])
      await state.observe(news(1, { level: 1 }, id), undefined);
    await state.observe(news(2, { [plate]: 'M-IV 1042' }, 'c'), undefined);
    const list = async (query: Parameters<VehicleStore['list']>[0]) =>
      (await store.list(query)).map(({ id }) => id);
    assert.deepEqual(await list({ limit: 10 }), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await list({ limit: 2 }), ['a', 'b']);
    assert.deepEqual(await list({ limit: 2, after: 'b' }), ['c', 'd']);
    assert.deepEqual(await list({ limit: 2, after: 'bb' }), ['c', 'd']);
    assert.deepEqual(await list({ limit: 2, after: 'd' }), []);
    assert.deepEqual(await list({ limit: 10, search: 'iv 10' }), ['c']);
    assert.deepEqual(await list({ limit: 10, search: 'D' }), ['d']);
  });
}

/** The same for stores that survive the process, and for several processes on one. */
export function describeLastingVehicles(
  create: () => Promise<VehicleStoresUnderTest & { kill(store: VehicleStore): Promise<void> }>,
): void {
  it('knows after a kill what was acknowledged, and hears anew what was not', async () => {
    const { open, kill } = await create();
    let store = open();
    let state = new VehicleStates(store, 'state');
    const heard = async (
      at: number,
      properties: Record<string, Value>,
      delivery?: FakeDelivery,
    ) => {
      const result = await state.observe(newsOf(store.lists, 'v1', at, properties), delivery);
      return result === 'left' ? [] : Object.keys(result.changed);
    };
    await heard(1, { level: 50, lock: 'LOCKED' });
    const lost = new FakeDelivery();
    assert.deepEqual(await heard(2, { level: 40 }, lost), ['level']);
    const kept = new FakeDelivery();
    assert.deepEqual(await heard(3, { lock: 'OPEN' }, kept), ['lock']);
    await kept.acknowledge();
    lost.vanish();
    await kill(store);
    store = open();
    state = new VehicleStates(store, 'state');
    assert.deepEqual(await heard(2, { level: 40 }), ['level']);
    assert.deepEqual(await heard(3, { lock: 'OPEN' }), []);
    assert.deepEqual(await heard(2, { level: 40 }), []);
  });

  it('knows after a kill what each watch had said, and what a node was not told yet', async () => {
    const { open, kill } = await create();
    let store = open();
    new VehicleStates(store, 'rare');
    const watchOn = (on: VehicleStore) =>
      new VehicleWatches({
        store: on,
        owner: 'watch',
        decide: levelWatch(() => START),
        onCommitted: () => undefined,
      });
    const see = async (at: number, level: number, delivery?: FakeDelivery) => {
      const step = await watchOn(store).observe(newsOf(store.lists, 'v1', at, { level }), delivery);
      return step === 'left' ? step : step.step.say;
    };
    const first = new FakeDelivery();
    assert.equal(await see(1, 10, first), 'raised');
    await first.acknowledge();
    await kill(store);
    store = open();
    assert.equal(await see(2, 9), undefined);
    const rare = new VehicleStates(store, 'rare');
    const told = await rare.observe(newsOf(store.lists, 'v1', 2, { level: 9 }), undefined);
    assert.ok(told !== 'left');
    assert.deepEqual(told.changed['level']?.from, null);
    await kill(store);
    store = open();
    assert.equal(await see(3, 30), 'cleared');
  });

  it('says again after a kill what was on its way, also where a newer event had ended it', async () => {
    const { open, kill } = await create();
    let store = open();
    const watchOn = (on: VehicleStore) =>
      new VehicleWatches({
        store: on,
        owner: 'watch',
        decide: levelWatch(() => START),
        onCommitted: () => undefined,
      });
    const news = (at: number, level: number) => newsOf(store.lists, 'v1', at, { level });
    const [first, newer] = [new FakeDelivery(), new FakeDelivery()];
    const raised = await watchOn(store).observe(news(1, 10), first, {
      id: 'e1',
      isRedelivered: false,
    });
    assert.ok(raised !== 'left' && raised.step.say === 'raised');
    await watchOn(store).observe(news(2, 30), newer);
    await newer.acknowledge();
    first.vanish();
    await kill(store);
    store = open();
    const watch = watchOn(store);
    const found: string[] = [];
    for await (const portion of watch.vehicles(false)) {
      found.push(...portion.map(({ vehicle }) => vehicle.id));
    }
    assert.deepEqual(found, ['v1'], 'somebody looks at it at the start');
    const retry = new FakeDelivery();
    const again = await watch.observe(news(1, 10), retry, { id: 'e1', isRedelivered: true });
    assert.ok(again !== 'left' && again.step.say === 'raised');
    assert.deepEqual([again.step.since, again.step.saidOf?.values], [START + 1_000, [10]]);
    await retry.acknowledge();
    const over = await watch.evaluate('v1', undefined);
    assert.ok(over && over !== 'left' && over.step.say === 'cleared');
    const last = await watch.evaluate('v1', undefined);
    assert.ok(last && last !== 'left' && last.step.say === undefined);
  });
}
