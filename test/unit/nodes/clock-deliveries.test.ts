/** What a watch says by the clock: followed, said again later when it fails, parked in the end, and sent again from there. */
import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { sharedClockDeliveries } from '../../../nodes/runtime/delivery/by-clock';
import { MessageDeliveries } from '../../../nodes/runtime/delivery/message-delivery';
import type { FlowCompletion } from '../../../nodes/runtime/flow/completion';
import type { SendAgain } from '../../../nodes/runtime/parking/parking';
import { ClockDeliveries } from '../../../nodes/runtime/vehicle/clock-deliveries';
import type { FlowListener } from '../../../src/delivery/outcome';
import type { ParkedEvent } from '../../../src/memory/parked-store';
import { MovedClock, turn } from '../../support/moved-clock';

interface Sent {
  readonly message: NodeMessage;
  end(isDone: boolean): void;
}

/** Says of each vehicle that its alarm went off, each time that it looks. */
class World {
  readonly clock = new MovedClock();
  readonly sent: Sent[] = [];
  readonly looked: string[] = [];
  readonly parked: Omit<ParkedEvent, 'id' | 'parkedAt'>[] = [];
  readonly errors: unknown[] = [];
  /** What happens instead of parking. */
  refuse: (() => Promise<void>) | undefined;
  /** How what was said by the clock ended, for who remembers it. */
  readonly endings: string[] = [];
  sendAgain: SendAgain | undefined;
  readonly RED = { events: {}, nodes: { getNode: () => null } } as unknown as NodeAPI;
  readonly deliveries: ClockDeliveries;
  readonly #listeners = new Map<string, FlowListener>();

  constructor() {
    const ignore = () => undefined;
    const node = { id: 'watch', warn: ignore, error: (text: unknown) => this.errors.push(text) };
    const completion = {
      use: ignore,
      release: ignore,
      leftSource: ignore,
      forget: (id: string) => this.#listeners.delete(id),
      holders: () => [],
      isHeldOnPurpose: () => false,
      follow: (message: NodeMessage, id: string, listener: FlowListener) => {
        message._msgid = id;
        this.#listeners.set(id, listener);
      },
    };
    this.deliveries = new ClockDeliveries(
      {
        node: node as unknown as Node,
        deliveries: sharedClockDeliveries(this.RED),
        completion: completion as unknown as FlowCompletion,
        parking: {
          join: (_node, sendAgain) => {
            this.sendAgain = sendAgain;
          },
          leave: ignore,
          lost: ignore,
          park: (event) => {
            if (this.refuse) return this.refuse();
            this.parked.push(event);
            return undefined;
          },
        },
        look: (vehicle, delivery) => {
          this.looked.push(vehicle);
          delivery.enlist({
            commit: () => void this.endings.push(`${vehicle} done`),
            undo: () => void this.endings.push(`${vehicle} undone`),
          });
          if (vehicle === 'quiet') return undefined;
          const payload = { vehicle_id: vehicle, state: 'raised' };
          return { message: { _msgid: '', topic: 'Alarm', payload } as NodeMessage, output: 0 };
        },
        send: ({ message }) => {
          const { _msgid: id = '' } = message;
          const end = (isDone: boolean) =>
            this.#listeners
              .get(id)
              ?.flowEnded(id, isDone ? { kind: 'acknowledge' } : { kind: 'fail', reason: 'away' });
          this.sent.push({ message, end });
        },
        givenBack: (vehicle) => this.deliveries.begin(vehicle),
      },
      this.clock,
    );
  }
}

describe('what a watch says by the clock', () => {
  it('is said once when the flow behind it succeeds', async () => {
    const world = new World();
    world.deliveries.begin('v1');
    world.sent[0]?.end(true);
    await world.clock.pass(3_600_000);
    assert.equal(world.sent.length, 1);
    assert.deepEqual(world.endings, ['v1 done']);
  });

  it('belongs to no event, and lets nodes behind decide about it all the same, once', async () => {
    const world = new World();
    world.deliveries.begin('v1');
    const message = world.sent[0]?.message ?? assert.fail();
    assert.equal('delivery' in message, false);
    const found = new MessageDeliveries(world.RED);
    const copy = structuredClone(message);
    assert.equal(found.of(copy)?.decide({ kind: 'fail', reason: 'asked for' }), undefined);
    await world.clock.pass(10_000);
    assert.equal(world.sent.length, 2);
    const again = world.sent[1]?.message ?? assert.fail();
    assert.equal(found.of(again)?.decide({ kind: 'acknowledge' }), undefined);
    assert.equal(found.of(again)?.decide({ kind: 'acknowledge' }), 'already-decided');
    assert.deepEqual(world.endings, ['v1 undone', 'v1 done']);
    assert.equal(found.of({ _msgid: 'another' }), undefined);
    assert.equal(found.of({ _msgid: 'clock-of-before' })?.decide({ kind: 'discard' }), 'unknown');
  });

  it('leaves no trace where there is nothing to say', async () => {
    const world = new World();
    world.deliveries.begin('quiet');
    await world.clock.pass(3_600_000);
    assert.deepEqual(world.looked, ['quiet']);
    assert.equal(world.sent.length, 0);
  });

  it('is said again later each time that the flow fails, and parked after five attempts', async () => {
    const world = new World();
    world.deliveries.begin('v1');
    for (const wait of [5_000, 10_000, 20_000, 40_000]) {
      world.sent.at(-1)?.end(false);
      const before = world.sent.length;
      await world.clock.pass(wait * 0.7);
      assert.equal(world.sent.length, before, `not before ${wait} ms`);
      await world.clock.pass(wait * 0.7);
      assert.equal(world.sent.length, before + 1, `after ${wait} ms`);
    }
    assert.equal(world.parked.length, 0);
    world.sent.at(-1)?.end(false);
    await world.clock.pass(3_600_000);
    assert.equal(world.sent.length, 5);
    assert.deepEqual(world.endings, [...Array.from({ length: 4 }, () => 'v1 undone'), 'v1 done']);
    const [{ node, topic, eventId, type, reason } = assert.fail()] = world.parked;
    assert.deepEqual(
      { node, topic, eventId, type, reason },
      {
        node: 'watch',
        topic: 'Alarm',
        eventId: 'v1',
        type: 'raised',
        reason: 'attempts-exhausted',
      },
    );
    assert.equal(world.errors.length, 1);
  });

  for (const [how, refuse] of [
    [
      'at once',
      () => {
        throw new Error('the disk is full');
      },
    ],
    ['later', () => Promise.reject(new Error('the store is away'))],
  ] as const) {
    it(`is said again, later each time, while it cannot be parked because that fails ${how}`, async () => {
      const world = new World();
      world.refuse = refuse;
      world.deliveries.begin('v1');
      const said: number[] = [];
      while (said.length < 7) {
        if (world.sent.length > said.length) {
          said.push(world.clock.now());
          world.sent.at(-1)?.end(false);
        }
        await world.clock.pass(1_000);
      }
      const waits = said.map((at, n) => at - (said[n - 1] ?? at)).slice(5);
      assert.ok((waits[0] ?? 0) >= 60_000 && (waits[1] ?? 0) >= 120_000, waits.join());
      assert.ok(world.endings.every((ending) => ending === 'v1 undone'));
      world.refuse = undefined;
      while (world.parked.length === 0) {
        if (world.sent.length > said.length) {
          said.push(world.clock.now());
          world.sent.at(-1)?.end(false);
        }
        await world.clock.pass(1_000);
      }
      assert.equal(world.endings.at(-1), 'v1 done');
    });
  }

  it('is sent again from where it was parked as it was said, without looking at the vehicle', async () => {
    const world = new World();
    world.deliveries.begin('v1');
    while (world.parked.length === 0) {
      world.sent.at(-1)?.end(false);
      await world.clock.pass(60_000);
    }
    const looked = world.looked.length;
    const { body } = world.parked[0] ?? assert.fail();
    const verdict = world.sendAgain?.({ body } as Parameters<SendAgain>[0]);
    assert.equal(world.sent.length, 6);
    world.sent.at(-1)?.end(true);
    assert.equal(await verdict, 'acknowledge');
    assert.equal(world.looked.length, looked);
  });

  it('looks at a vehicle once more when that was asked for while it was being told of', async () => {
    const world = new World();
    world.deliveries.begin('v1');
    world.deliveries.begin('v1');
    assert.equal(world.sent.length, 1);
    world.sent[0]?.end(true);
    await turn();
    assert.deepEqual(world.looked, ['v1', 'v1']);
  });

  it('keeps fifty on their way at once, and the others waiting', async () => {
    const world = new World();
    for (let n = 0; n < 60; n++) world.deliveries.begin(`v${n}`);
    assert.equal(world.sent.length, 50);
    for (const sent of world.sent.slice(0, 10)) sent.end(true);
    await turn();
    assert.equal(world.sent.length, 60);
  });

  it('lets the flow finish when the node closes, begins nothing new, and gives the rest back', async () => {
    const world = new World();
    for (const vehicle of ['v1', 'v2']) world.deliveries.begin(vehicle);
    const closed = world.deliveries.close();
    world.deliveries.begin('v3');
    world.sent[0]?.end(true);
    world.sent[1]?.end(false);
    await turn();
    await closed;
    await world.clock.pass(3_600_000);
    assert.deepEqual(world.endings, ['v1 done', 'v2 undone']);
    assert.deepEqual(world.looked, ['v1', 'v2']);
  });
});
