/** Nodes that make something of several messages, as Join and Batch do. */
import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import type { FakeFlow, Held } from './fake-flow';

/** A node that sends something when it has so many messages, and is done with them in the same run. */
export function gathering(
  flow: Pick<FakeFlow, 'node'>,
  size: number,
  make: (messages: NodeMessage[]) => NodeMessage[],
  { id = 'gather', next = 'last' } = {},
): void {
  let had: Held[] = [];
  flow.node(
    id,
    (message, send, done) => {
      had.push({ message, send, done });
      if (had.length < size) return;
      const all = had;
      had = [];
      send([make(all.map((each) => each.message))]);
      for (const each of all) each.done();
    },
    [next],
  );
}

/** As Join does: the last message goes on, with what the others brought. */
export const joined = (messages: NodeMessage[]) => {
  const last = messages.at(-1) ?? assert.fail();
  return [{ ...last, payload: messages.map(({ payload }) => payload) }];
};
/** As Batch does. */
export const batched = (messages: NodeMessage[]) => messages;
