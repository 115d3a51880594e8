/** What a topic does with a delivery that the package itself fails at: it says so, and does not go on for ever. */
import assert from 'node:assert/strict';
import { MISHAP_TRIES } from '../../../nodes/runtime/topic/mishaps';
import { eventBody, eventId } from '../../support/events';
import { connectedTopic } from '../../support/fake-topic';

/** Headers that nobody can look at. */
const HOSTILE = {
  messageId: 'm1',
  get headers(): Record<string, unknown> {
    throw new Error('out of reach');
  },
};

describe('a delivery that the package itself fails at', () => {
  for (const acknowledge of ['completion', 'delivery', 'manual'] as const) {
    it(`is given back a few times, then leaves by output 2 with its bytes, and is told (${acknowledge})`, async () => {
      const { fake, held, unusable } = await connectedTopic({ settings: { acknowledge } });
      const body = Buffer.from(eventBody({ id: eventId(1), flow_id: null, type: undefined }));
      for (let n = 1; n < MISHAP_TRIES; n++) {
        fake.deliver(n, { body, properties: HOSTILE });
        await fake.settle();
        // what a handler throws makes the channel give the event back
        assert.deepEqual(
          fake.verdicts,
          [...Array(n).keys()].map((m) => `${m + 1}: out of reach`),
        );
      }
      assert.deepEqual([held.length, unusable.length], [0, 0]);
      assert.match(fake.said[0] ?? '', /^error: An event could not be taken in, .*out of reach/);
      fake.deliver(MISHAP_TRIES, { body, properties: HOSTILE });
      await fake.settle();
      const { message, done } = unusable[0] ?? assert.fail('it did not leave');
      assert.equal(message.payload, body.toString());
      const { code, message: text } = message['error'] as { code: string; message: string };
      assert.equal(code, 'unreadable');
      assert.match(text, /out of reach/);
      assert.deepEqual(message['check'], { schema: null, problems: [], source: null });
      done();
      await fake.settle();
      const last = fake.verdicts.at(-1);
      assert.equal(last, acknowledge === 'manual' ? last : `${MISHAP_TRIES}: acknowledge`);
      // the next event comes through, and the next such one has its tries again
      fake.deliver(9);
      await fake.settle();
      assert.equal(held.length, 1);
    });
  }

  it('is counted by its content, so that others keep their tries', async () => {
    const { fake, unusable } = await connectedTopic();
    for (let n = 1; n <= 2 * (MISHAP_TRIES - 1); n++) {
      fake.deliver(n, { body: Buffer.from(`body ${n % 2}`), properties: HOSTILE });
    }
    await fake.settle();
    assert.equal(unusable.length, 0);
    fake.deliver(99, { body: Buffer.from('body 0'), properties: HOSTILE });
    await fake.settle();
    assert.equal(unusable.length, 1);
  });
});
