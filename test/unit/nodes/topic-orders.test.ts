/** Any orders to a topic, in any order and at any moment, against a model: the last one wins. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeTopic } from '../../support/fake-topic';
import { turn } from '../../support/moved-clock';

type Order = 'connect' | 'disconnect' | 'pause' | 'resume';
/** `goodbye` = a subscription that is being left has come to its end. */
type Step = Order | 'turn' | 'goodbye';

/** What should be: `pause` and `resume` are for a topic that is connected, or is to be. */
class Model {
  state: 'disconnected' | 'consuming' | 'paused' = 'disconnected';

  order(order: Order): void {
    if (order === 'disconnect') this.state = 'disconnected';
    else if (this.state === 'disconnected') {
      if (order === 'connect') this.state = 'consuming';
    } else if (order === 'pause') this.state = 'paused';
    else if (order === 'resume') this.state = 'consuming';
  }
}

/** A topic whose subscriptions end when the test says so. */
function createTopic() {
  const fake = new FakeTopic({ isPauseSlow: true });
  const { subscriptions, topic } = fake;
  const open = () => subscriptions.filter(({ calls }) => !calls.includes('close'));
  const running: Promise<void>[] = [];
  const model = new Model();
  return {
    model,
    open,
    order(order: Order) {
      model.order(order);
      running.push(Promise.resolve(topic[order]()));
    },
    goodbye: () => subscriptions.at(-1)?.finishPause(),
    /** How it stands once everything that was ordered is done. */
    async end(): Promise<Model['state']> {
      let isDone = false;
      void Promise.all(running).then(() => {
        isDone = true;
      });
      for (let n = 0; n < 200 && !isDone; n++) {
        for (const { finishPause } of subscriptions) finishPause();
        await turn();
      }
      assert.ok(isDone, 'every order ends');
      const [subscription] = open();
      if (!subscription) return 'disconnected';
      return subscription.calls.at(-1) === 'pause' ? 'paused' : 'consuming';
    },
  };
}

describe('orders to a topic', () => {
  const courses: [Order[], Model['state']][] = [
    [['connect', 'disconnect', 'connect', 'disconnect'], 'disconnected'],
    [['connect', 'disconnect', 'connect', 'pause'], 'paused'],
    [['connect', 'disconnect', 'connect', 'pause', 'resume'], 'consuming'],
    [['connect', 'pause', 'disconnect', 'connect'], 'consuming'],
  ];
  for (const [orders, state] of courses) {
    it(`in one go, ${orders.join(', ')}: it is ${state} in the end`, async () => {
      const topic = createTopic();
      topic.order('connect');
      await turn();
      for (const order of orders) topic.order(order);
      assert.equal(await topic.end(), state);
      assert.equal(topic.model.state, state);
    });
  }

  it('do not make a second subscription while the first is being left, whoever asked before', async () => {
    const topic = createTopic();
    topic.order('connect');
    await turn();
    // the first of these connects waits for nothing yet, and the second for the disconnect
    for (const order of ['connect', 'disconnect', 'connect'] as const) topic.order(order);
    await turn();
    assert.equal(topic.open().length, 1);
    assert.equal(await topic.end(), 'consuming');
    assert.equal(topic.open().length, 1);
  });

  it('count in their order whatever comes between, and there are never two subscriptions', async () => {
    const step = fc.constantFrom<Step>(
      'connect',
      'disconnect',
      'pause',
      'resume',
      'turn',
      'goodbye',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const topic = createTopic();
        for (const each of steps) {
          if (each === 'turn') await turn();
          else if (each === 'goodbye') topic.goodbye();
          else topic.order(each);
          assert.ok(topic.open().length <= 1, 'one subscription at a time');
        }
        assert.equal(await topic.end(), topic.model.state);
        assert.ok(topic.open().length <= 1, 'one subscription at a time');
      }),
      { numRuns: 500 },
    );
  });
});
