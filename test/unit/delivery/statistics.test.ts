/** The numbers under a topic: what came, what became of it, and how fast. */
import assert from 'node:assert/strict';
import { Statistics } from '../../../src/delivery/statistics';
import { MovedClock } from '../../support/moved-clock';

function createStatistics() {
  const clock = new MovedClock();
  const statistics = new Statistics(clock);
  /** Asks for the rate once a second, with so many events in each of them. */
  const passSeconds = async (seconds: number, eventsPerSecond: number) => {
    let rate = statistics.rate();
    for (let second = 0; second < seconds; second++) {
      for (let n = 0; n < eventsPerSecond; n++) statistics.received(false);
      await clock.pass(1_000);
      rate = statistics.rate();
    }
    return rate;
  };
  return { clock, passSeconds, statistics };
}

describe('the statistics of a topic', () => {
  it('count what came, and how much of it not for the first time', async () => {
    const { clock, statistics } = createStatistics();
    assert.equal(statistics.lastEventAt, undefined);
    statistics.received(false);
    await clock.pass(10);
    statistics.received(true);
    assert.equal(statistics.counts.received, 2);
    assert.equal(statistics.counts.redelivered, 1);
    assert.equal(statistics.lastEventAt, clock.now());
    assert.equal(statistics.counts.acknowledged, 0);
  });

  it('count what was acknowledged, and when for the last time', async () => {
    const { clock, statistics } = createStatistics();
    assert.equal(statistics.lastAckAt, undefined);
    statistics.acknowledged();
    await clock.pass(10);
    statistics.acknowledged();
    assert.equal(statistics.counts.acknowledged, 2);
    assert.equal(statistics.lastAckAt, clock.now());
    assert.equal(statistics.lastEventAt, undefined);
  });

  it('give a rate from the second second on', async () => {
    const { passSeconds, statistics } = createStatistics();
    assert.equal(statistics.rate(), 0);
    assert.equal(await passSeconds(1, 12), 12);
    assert.equal(await passSeconds(1, 12), 12);
  });

  it('give the rate of the last five seconds', async () => {
    const { passSeconds } = createStatistics();
    assert.equal(await passSeconds(60, 100), 100);
    assert.equal(await passSeconds(1, 0), 80);
    assert.equal(await passSeconds(3, 0), 20);
    assert.equal(await passSeconds(1, 0), 0);
    assert.equal(await passSeconds(5, 7), 7);
  });

  it('give no rate for a time in which nobody asked', async () => {
    const { clock, passSeconds, statistics } = createStatistics();
    await passSeconds(5, 10);
    await clock.pass(3_600_000);
    assert.equal(statistics.rate(), 0);
    assert.equal(await passSeconds(2, 3), 3);
  });

  it('give a rate, not an error, when asked twice at one moment', () => {
    const { statistics } = createStatistics();
    statistics.rate();
    statistics.received(false);
    assert.equal(statistics.rate(), 0);
  });
});
