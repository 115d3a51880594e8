/** What is parked and sent again, without a topic: a delivery of its own. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NodeAPI } from 'node-red';
import { Parking } from '../../../nodes/runtime/parking/parking';
import type { IncomingMessage } from '../../../src/broker/broker';
import { MemoryParked } from '../../../src/memory/memory/memory-parked';

describe('a parked event that is sent again', () => {
  let userDir: string;
  beforeEach(() => {
    userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'parking-'));
  });
  afterEach(() => fs.rmSync(userDir, { recursive: true, force: true }));

  for (const [what, properties] of [
    ['with the other headers that it had', { type: 'T', headers: { own: 1 } }],
    ['also where it had no headers', { type: 'T' }],
  ] as const) {
    it(`begins anew, however often its queue had given it out before, ${what}`, async () => {
      const parking = new Parking({ settings: { userDir } } as unknown as NodeAPI);
      parking.keepIn('topic', new MemoryParked(assert.fail));
      const counted =
        'headers' in properties
          ? { ...properties, headers: { ...properties.headers, 'x-delivery-count': 18 } }
          : properties;
      await parking.park({
        node: 'topic',
        topic: 'States',
        reason: 'attempts-exhausted',
        eventId: 'e1',
        type: 'T',
        body: Buffer.from('{}'),
        properties: counted,
      });
      const came = new Promise<IncomingMessage>((resolve) => {
        parking.join('topic', (delivery) => {
          resolve(delivery);
          return 'acknowledge';
        });
      });
      const ids = (await parking.list()).map(({ id }) => id);
      assert.equal(await parking.sendAgain(ids), 1);
      const { properties: sent } = await came;
      assert.deepEqual(sent, { headers: {}, ...properties });
    });
  }
});
