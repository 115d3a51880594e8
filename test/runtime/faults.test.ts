/** One fault on top of another while events are in a long step of the flow: none is lost. */
import assert from 'node:assert/strict';
import { Scene } from '../../bench/chaos/scene';
import { eventId, eventMessages } from '../support/events';
import type { QueueFigures } from '../support/rabbitmq';
import { sharedBroker } from '../support/shared-broker';
import { waitFor } from '../support/wait';

const EVENTS = 40;

describe('events that are in a long Delay', function () {
  this.timeout(120_000);
  let scene: Scene;

  beforeEach(async () => {
    scene = new Scene(await sharedBroker());
  });
  afterEach(() => scene.dispose());

  async function queueIs(fits: (figures: QueueFigures) => boolean): Promise<void> {
    let seen: QueueFigures | undefined;
    await waitFor(
      async () => {
        seen = await scene.queue();
        return seen !== undefined && fits(seen);
      },
      { timeout: 60_000, message: () => `the queue to change; ${JSON.stringify(seen)}` },
    );
  }
  const allOnTheirWay = () => queueIs(({ unacked }) => unacked === EVENTS);
  const allGivenBack = () => queueIs(({ ready }) => ready === EVENTS);

  it('all reach the disk although the connection is reset, and then Node-RED killed and the connection reset again', async () => {
    await scene.fillQueue(eventMessages(0, EVENTS));
    await scene.startFlow({
      acknowledge: 'completion',
      store: 'own',
      processes: 1,
      prefetch: EVENTS,
      delay: 5_000,
    });
    await allOnTheirWay();
    await scene.strike('reset');
    await allGivenBack();
    // the same events are in the Delay twice now
    await allOnTheirWay();
    await scene.strike('nodeRedKill');
    await allOnTheirWay();
    await scene.strike('reset');
    await queueIs(({ ready, unacked }) => ready === 0 && unacked === 0);
    scene.ledger.read();
    for (let n = 0; n < EVENTS; n++) {
      const times = scene.ledger.timesOf(eventId(n));
      assert.ok(times >= 1 && times <= 3, `event ${n} is on disk ${times} times`);
    }
  });
});
