/** Who is measured: one row each. */
import type { Contestant } from './contestant';
import { flow } from './contestants/flow';
import { rawAmqplib } from './contestants/raw-amqplib';

/** What the others are compared with. */
export const yardstick: Contestant = rawAmqplib;

/** A flow as it comes; what is demanded is demanded of it. */
export const plainFlow: Contestant = flow({ name: 'flow' });

/** In the order in which they take turns. */
export const contestants: readonly Contestant[] = [yardstick, plainFlow];
