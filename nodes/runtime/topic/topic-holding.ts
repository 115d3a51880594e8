/** What makes a topic hold while its flow fails at everything, and says so. */

import type { Node } from 'node-red';
import { Holding, type HoldingOptions } from '../../../src/delivery/holding';
import { warn } from '../status/say';

export function topicHolding<Content>(
  node: Node,
  options: Omit<HoldingOptions<Content>, 'began' | 'ended'>,
): Holding<Content> {
  return new Holding({
    ...options,
    began: (reason) =>
      warn(
        node,
        `The flow failed at several events in a row, and managed none; the last time because: ${reason} The topic holds: events wait in the queue and lose no attempt, and one is tried from time to time.`,
      ),
    ended: (length) =>
      warn(
        node,
        `The flow has managed an event again: the topic goes on, after ${Math.round(length / 1000)} s.`,
      ),
  });
}
