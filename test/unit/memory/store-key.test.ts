/** How keys look in a store, whatever they were before. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { storeKey } from '../../../src/memory/store-key';
import { eventId } from '../../support/events';

describe('a key in a store', () => {
  it('is the id itself where that is short and printable, as those of INVERS are', () => {
    for (const key of [eventId(1), '0e7c4a53-6f0b-4c57-9d0a-2c8f5be2a6a1', '!', '~'.repeat(37)]) {
      assert.equal(storeKey(key), key);
    }
  });

  it('is the beginning of its digest where it is long, empty, or has other characters', () => {
    for (const key of ['', 'x'.repeat(38), 'a b', 'a\n', 'é', '\u007f']) {
      const digest = createHash('sha256').update(key).digest('base64url');
      assert.equal(storeKey(key), digest.slice(0, 37), JSON.stringify(key));
    }
  });
});
