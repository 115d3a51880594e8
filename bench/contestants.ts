/** Who is measured: one row each. */
import type { Contestant } from './contestant';
import { flow } from './contestants/flow';
import { rawAmqplib } from './contestants/raw-amqplib';

/** What the others are compared with. */
export const yardstick: Contestant = rawAmqplib;

/** A flow as it comes, which acknowledges an event when it has finished with it; its memory is watched. */
export const plainFlow: Contestant = flow({ name: 'flow' });

/** The same, acknowledging at the hand-over, as the yardstick does; its rate is demanded. */
export const handOver: Contestant = flow({
  name: 'hand-over',
  topicIn: { acknowledge: 'delivery' },
});

/** In the order in which they take turns. */
export const contestants: readonly Contestant[] = [yardstick, plainFlow, handOver];

/** Behind the filter every event waits for 50 ms: with the default prefetch it is ten times slower than its queue. */
export const slowFlow: Contestant = flow({ name: 'slow flow', step: 50 });
