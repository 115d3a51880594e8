/** What the wires tell: Delay nodes that hold a message for too long, and consumers that a node may hear of. */
import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { consumersBefore, longDelaysBehind } from '../../../nodes/runtime/flow/wiring';

const MINUTE = 60_000;

function runtimeOf(nodes: Record<string, unknown>[]): NodeAPI {
  const RED = {
    nodes: {
      eachNode: (each: (node: Record<string, unknown>) => void) => {
        for (const node of nodes) each(node);
      },
    },
  };
  return RED as unknown as NodeAPI;
}

function longDelays(nodes: Record<string, unknown>[], limit = 28 * MINUTE): string[] {
  return longDelaysBehind(runtimeOf(nodes), 'topic', limit);
}

const topic = { id: 'topic', type: 'invers-topic-in', wires: [['a'], ['b']] };
const delay = (id: string, timeout: string, timeoutUnits: string, properties = {}) => {
  return {
    id,
    type: 'delay',
    pauseType: 'delay',
    timeout,
    timeoutUnits,
    wires: [[]],
    ...properties,
  };
};

describe('a Delay that holds an event for longer than the broker waits', () => {
  it('is found behind either output, by its name or its type', () => {
    const found = longDelays([
      topic,
      delay('a', '29', 'minutes', { name: 'until the evening' }),
      delay('b', '1', 'hours'),
      delay('elsewhere', '1', 'days'),
    ]);
    assert.deepEqual(found, ['until the evening (a)', 'delay (b)']);
  });

  it('is found behind other nodes, links and in a circle', () => {
    const found = longDelays([
      topic,
      { id: 'a', type: 'change', wires: [['out']] },
      { id: 'b', type: 'debug', wires: [] },
      { id: 'out', type: 'link out', links: ['in'] },
      { id: 'in', type: 'link in', links: ['out', 'other out'], wires: [['slow']] },
      delay('slow', '2000', 'seconds', { wires: [['a']] }),
      // of another flow that leads there too
      { id: 'other out', type: 'link out', links: ['in', 'other in'] },
      { id: 'other in', type: 'link in', links: ['other out'], wires: [['elsewhere']] },
      delay('elsewhere', '1', 'days'),
    ]);
    assert.deepEqual(found, ['delay (slow)']);
  });

  it('is found in what a Link call calls', () => {
    const found = longDelays([
      topic,
      { id: 'a', type: 'link call', links: ['sub'], wires: [['b']] },
      { id: 'b', type: 'debug' },
      { id: 'sub', type: 'link in', links: [], wires: [['slow']] },
      delay('slow', '1', 'hours'),
    ]);
    assert.deepEqual(found, ['delay (slow)']);
  });

  it('counts the longest time of a random one, and no time that stands in the message or is a rate', () => {
    const random = { pauseType: 'random', randomLast: '1', randomUnits: 'days' };
    const found = longDelays([
      { ...topic, wires: [['a', 'b', 'c']] },
      delay('a', '1', 'seconds', random),
      delay('b', '1', 'days', { pauseType: 'delayv' }),
      delay('c', '1', 'days', { pauseType: 'rate' }),
    ]);
    assert.deepEqual(found, ['delay (a)']);
  });

  it('is of no interest when it is short enough, disabled or not set', () => {
    const found = longDelays([
      { ...topic, wires: [['a', 'b', 'c', 'gone']] },
      delay('a', '28', 'minutes'),
      delay('b', '1', 'hours', { d: true }),
      delay('c', '', 'hours'),
    ]);
    assert.deepEqual(found, []);
  });

  it('is none where a node of another type has settings of the same names', () => {
    assert.deepEqual(longDelays([topic, delay('a', '1', 'days', { type: 'greenhouse' })]), []);
  });
});

describe('the consumers that a node may hear of', () => {
  it('are those of the topics before it, each once, by wires and links', () => {
    const topicOf = (id: string, consumer: string, to: string, properties = {}) => {
      return { id, type: 'invers-topic-in', consumer, wires: [[to], []], ...properties };
    };
    const nodes = [
      topicOf('t1', 'near', 'watch'),
      topicOf('t2', 'near', 'watch'),
      topicOf('t3', 'linked', 'out'),
      topicOf('t4', 'elsewhere', 'debug'),
      topicOf('t5', 'disabled', 'watch', { d: true }),
      { id: 'out', type: 'link out', links: ['in'], wires: [] },
      { id: 'in', type: 'link in', wires: [['watch']] },
      { id: 'watch', type: 'invers-watch', wires: [['debug']] },
      { id: 'debug', type: 'debug', wires: [] },
    ];
    assert.deepEqual(consumersBefore(runtimeOf(nodes), 'watch'), ['near', 'linked']);
  });
});
