/** Which acks go to the broker in which frames, and what the broker understands by them. */
import assert from 'node:assert/strict';
import type { Channel, ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { ChannelAcks } from '../../../src/broker/channel-acks';
import type { Verdict } from '../../../src/delivery/verdict';
import { effort } from '../../support/effort';
import { turn } from '../../support/moved-clock';

/** An answer as it goes over the wire. */
interface Frame {
  readonly name: 'ack' | 'nack';
  readonly tag: number;
  readonly multiple: boolean;
  readonly requeue?: boolean;
}

/** A channel that only records: over a real one nobody sees how many frames there were. */
function createChannel(send: (frame: Frame) => void): Channel {
  const tagOf = (message: ConsumeMessage) => message.fields.deliveryTag;
  const channel = {
    ack: (message: ConsumeMessage, multiple = false) =>
      send({ name: 'ack', tag: tagOf(message), multiple }),
    nack: (message: ConsumeMessage, multiple = true, requeue = true) =>
      send({ name: 'nack', tag: tagOf(message), multiple, requeue }),
  };
  return channel as unknown as Channel;
}

/** The acknowledgements of a channel on which so many deliveries arrived. */
function createAnswers(count: number) {
  const frames: Frame[] = [];
  const acks = new ChannelAcks(createChannel((frame) => frames.push(frame)));
  for (let tag = 1; tag <= count; tag++) acks.delivered(tag);
  const answer = (verdict: Verdict, ...tags: number[]) => {
    for (const tag of tags) acks.answer(tag, verdict);
  };
  return { answer, acks, frames };
}

function ack(tag: number, multiple: boolean): Frame {
  return { name: 'ack', tag, multiple };
}

/** The broker's books: what is out, and what became of the rest. */
class Broker {
  readonly unacked = new Set<number>();
  readonly settled = new Map<number, Verdict>();

  receive({ name, tag, multiple, requeue }: Frame): void {
    const meant = [...this.unacked].filter((open) => (multiple ? open <= tag : open === tag));
    // RabbitMQ closes the channel over an answer that means no delivery
    assert.ok(meant.length > 0, `unknown delivery tag ${tag}`);
    const verdict = name === 'ack' ? 'acknowledge' : requeue ? 'requeue' : 'discard';
    for (const each of meant) {
      this.unacked.delete(each);
      this.settled.set(each, verdict);
    }
  }
}

describe('acks to the broker', () => {
  it('go out as one frame for all acknowledgements of one turn', async () => {
    const { answer, frames } = createAnswers(100);
    for (let tag = 1; tag <= 100; tag++) answer('acknowledge', tag);
    assert.deepEqual(frames, []);
    await turn();
    assert.deepEqual(frames, [ack(100, true)]);
    await turn();
    assert.equal(frames.length, 1);
  });

  it('are in one frame whatever the order in which the flow finished', async () => {
    const { answer, frames } = createAnswers(5);
    answer('acknowledge', 4, 2, 5, 1, 3);
    await turn();
    assert.deepEqual(frames, [ack(5, true)]);
  });

  it('go up to the oldest delivery that is still open, and one by one beyond it', async () => {
    const { answer, frames } = createAnswers(7);
    answer('acknowledge', 6, 1, 2, 4);
    await turn();
    assert.deepEqual(frames, [ack(2, true), ack(6, false), ack(4, false)]);
    frames.length = 0;
    answer('acknowledge', 5, 3);
    await turn();
    assert.deepEqual(frames, [ack(5, true)]);
    frames.length = 0;
    answer('acknowledge', 7);
    await turn();
    assert.deepEqual(frames, [ack(7, true)]);
  });

  it('are one by one while the oldest delivery stays open', async () => {
    const { answer, frames } = createAnswers(3);
    answer('acknowledge', 2, 3);
    await turn();
    assert.deepEqual(frames, [ack(2, false), ack(3, false)]);
  });

  it('requeue and discard at once, each delivery by itself', () => {
    const { answer, frames } = createAnswers(3);
    answer('requeue', 2);
    answer('discard', 3);
    assert.deepEqual(frames, [
      { name: 'nack', tag: 2, multiple: false, requeue: true },
      { name: 'nack', tag: 3, multiple: false, requeue: false },
    ]);
  });

  it('step over a delivery that went back to the queue', async () => {
    const { answer, frames } = createAnswers(3);
    answer('acknowledge', 1, 3);
    answer('requeue', 2);
    await turn();
    assert.deepEqual(frames.slice(1), [ack(3, true)]);
  });

  it('do not wait for the end of the turn when the channel is about to close', async () => {
    const { answer, acks, frames } = createAnswers(2);
    answer('acknowledge', 1, 2);
    acks.flush();
    assert.deepEqual(frames, [ack(2, true)]);
    acks.flush();
    await turn();
    assert.equal(frames.length, 1);
  });

  it('never concern a delivery that this channel did not bring', async () => {
    const { answer, frames } = createAnswers(1);
    answer('acknowledge', 9);
    await turn();
    assert.deepEqual(frames, []);
  });

  it('are let go when the channel has closed: the broker delivers again', async () => {
    let tries = 0;
    const acks = new ChannelAcks(
      createChannel(() => {
        tries += 1;
        throw new Error('Channel closed');
      }),
    );
    for (const tag of [1, 2, 3, 4]) acks.delivered(tag);
    for (const tag of [1, 3]) acks.answer(tag, 'acknowledge');
    acks.flush();
    assert.equal(tries, 2);
    acks.answer(2, 'requeue');
    acks.answer(4, 'discard');
    assert.equal(tries, 4);
  });

  it('are understood by the broker exactly as they were decided, in whatever order', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('answer' as const),
          which: fc.nat(),
          verdict: fc.constantFrom<Verdict>('acknowledge', 'acknowledge', 'requeue', 'discard'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constantFrom('turn' as const, 'flush' as const) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const broker = new Broker();
        const open: number[] = [];
        const decided = new Map<number, Verdict>();
        let framesInTurn = 0;
        const acks = new ChannelAcks(
          createChannel((frame) => {
            framesInTurn += frame.multiple ? 1 : 0;
            broker.receive(frame);
            for (const tag of open) assert.ok(broker.unacked.has(tag), `${tag} was still open`);
          }),
        );
        let lastTag = 0;
        for (const each of steps) {
          if (each.do === 'deliver') {
            lastTag += 1;
            open.push(lastTag);
            broker.unacked.add(lastTag);
            acks.delivered(lastTag);
          }
          if (each.do === 'answer' && open.length > 0) {
            const [tag = 0] = open.splice(each.which % open.length, 1);
            decided.set(tag, each.verdict);
            acks.answer(tag, each.verdict);
          }
          if (each.do === 'flush') acks.flush();
          if (each.do === 'turn') {
            framesInTurn = 0;
            await turn();
            assert.ok(framesInTurn <= 1);
            assert.deepEqual(sorted(broker.settled), sorted(decided));
          }
        }
        await turn();
        assert.deepEqual(sorted(broker.settled), sorted(decided));
        assert.deepEqual([...broker.unacked], [...open].sort(byNumber));
      }),
      { numRuns: effort(300) },
    );
  });
});

function byNumber(a: number, b: number): number {
  return a - b;
}

function sorted(verdicts: ReadonlyMap<number, Verdict>): [number, Verdict][] {
  return [...verdicts].sort(([a], [b]) => byNumber(a, b));
}
