/** A process that did nothing else for a while is seen, and only as long as it is news. */
import assert from 'node:assert/strict';
import { LoopWatch } from '../../../src/time/loop-watch';
import { MovedClock } from '../../support/moved-clock';

/** A clock whose timers come late while the process is blocked. */
function createWatch() {
  const clock = new MovedClock();
  let blocked = 0;
  const watch = new LoopWatch({
    now: () => clock.now(),
    elapsed: () => clock.elapsed() + blocked,
    after: (delay, work) => clock.after(delay, work),
  });
  watch.start();
  return { clock, watch, block: (time: number) => (blocked += time) };
}

describe('the watch over the event loop', () => {
  it('sees nothing while timers come in time', async () => {
    const { clock, watch } = createWatch();
    await clock.pass(100_500);
    assert.equal(watch.blockedFor(), 0);
  });

  it('sees a blockage before its own timer has come, and for some seconds after', async () => {
    const { block, clock, watch } = createWatch();
    await clock.pass(10_000);
    block(40_000);
    assert.equal(watch.blockedFor(), 39_000);
    await clock.pass(1_000);
    assert.equal(watch.blockedFor(), 40_000);
    await clock.pass(4_000);
    assert.equal(watch.blockedFor(), 40_000);
    await clock.pass(2_000);
    assert.equal(watch.blockedFor(), 0);
  });

  it('does not forget a long one for a short one that follows', async () => {
    const { block, clock, watch } = createWatch();
    block(40_000);
    await clock.pass(1_000);
    block(100);
    await clock.pass(1_000);
    assert.equal(watch.blockedFor(), 40_000);
  });

  it('leaves no timer behind, and knows nothing of what was before it started', async () => {
    const { block, clock, watch } = createWatch();
    watch.stop();
    assert.equal(clock.pending, 0);
    block(40_000);
    watch.start();
    assert.equal(watch.blockedFor(), 0);
  });
});
