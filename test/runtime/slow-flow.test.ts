/** A flow that is ten times slower than its queue slows the queue down, and nothing in Node-RED grows. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { events } from '../../bench/events';
import { delay } from '../support/core-node-routes';
import type { Fleet } from '../support/fleet';
import { eventFilter, node, tab, topicIn } from '../support/flow';
import { turn } from '../support/moved-clock';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';
/** Ten minutes of a fleet that reports thirty times a second. */
const EVENTS = 18_000;
/**
 * By then everything is full that fills up by design: the filter's memory, the endings of up to 10,000 deliveries. Those
 * are dropped by 5,000 at once, so that the heap is compared with itself 5,000 events later.
 */
const FULL = 13_000;
const PREFETCH = 50;
/** A ULID and a line break. */
const BYTES_PER_ID = 27;
/** Bytes of heap for each event that was worked off; one event that is kept has a thousand. */
const ALLOWED_GROWTH = 100;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Octets that something holds. What the engine compiles, it compiles when it finds the time: that is no part of it. What
 * is held weakly goes with the second collection, in a later turn than the first.
 */
async function heapInUse(): Promise<number> {
  for (let n = 0; n < 3; n++) {
    collectGarbage();
    await turn();
  }
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !/code|trusted|read_only/.test(name))
    .reduce((sum, { space_used_size: used }) => sum + used, 0);
}

describe('a flow that is ten times slower than its queue', function () {
  this.timeout(120_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slow-flow-'));
  const file = path.join(folder, 'ids');
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it('has no more events than the prefetch allows, and keeps none of those it has finished', async () => {
    await fleet.broker.publish(fleet.vhost, queue, events(EVENTS));
    const consumer = fleet.consumer();
    const last = node('disk-sink', { file });
    const slow = delay('30', 'milliseconds', [last]);
    const filter = eventFilter({ maxEntries: 1_000 }, [slow], [slow]);
    const topic = topicIn({ consumer, queue, prefetch: PREFETCH }, [filter], []);
    await nodeRed.deploy(tab([consumer, topic, filter, slow, last]));

    const finished = () => fs.statSync(file).size / BYTES_PER_ID;
    let mostUnacked = 0;
    const heapAt = async (count: number) => {
      await waitFor(
        async () => {
          const seen = await fleet.broker.queue(fleet.vhost, queue);
          mostUnacked = Math.max(mostUnacked, seen?.unacked ?? 0);
          return finished() >= count;
        },
        { timeout: 100_000, interval: 50, message: () => `${count} events; ${finished()} came` },
      );
      return heapInUse();
    };
    const early = await heapAt(FULL);
    const late = await heapAt(EVENTS);
    await fleet.drained(queue);
    assert.equal(mostUnacked, PREFETCH);
    const growth = (late - early) / (EVENTS - FULL);
    assert.ok(growth < ALLOWED_GROWTH, `the heap grew by ${growth.toFixed(0)} bytes per event`);
  });
});
