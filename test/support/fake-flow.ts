/** A small flow behind a topic, in a fake runtime: nodes of several manners, and what is told of the events' ends. */
import type { NodeMessage } from 'node-red';
import { FlowCompletion } from '../../nodes/runtime/flow/completion';
import type { FlowListener, Outcome } from '../../src/delivery/outcome';
import type { FakeNode, InputHandler, Sent } from './fake-node';
import { FakeRuntime } from './fake-runtime';
import { MovedClock } from './moved-clock';

/** Milliseconds that a node has to call `done` after it reported an error. */
export const PATIENCE = 1_000;

/** What a node has got and not finished with. */
export interface Held {
  readonly message: NodeMessage;
  send(message: Sent): void;
  done(error?: unknown): void;
}

export class FakeFlow {
  readonly runtime: FakeRuntime;
  readonly clock = new MovedClock();
  readonly completion: FlowCompletion;
  /** How the events ended, in order, as `id: kind` with the reason of a failure. */
  readonly ends: string[] = [];
  readonly listener: FlowListener = {
    flowEnded: (id, outcome) => this.ends.push(`${id}: ${inWords(outcome)}`),
  };

  constructor(settings?: Record<string, unknown>) {
    this.runtime = new FakeRuntime(settings);
    this.completion = new FlowCompletion(this.runtime.RED, this.clock);
    this.completion.use();
  }

  /** A node that does this with each message; without `wires` it is the last one. */
  node(id: string, onInput: InputHandler, wires: string[] = []): FakeNode {
    return this.runtime.add({ id, wires: [wires], onInput });
  }

  /** Passes each message on and is done. */
  step(id: string, ...wires: string[]): FakeNode {
    return this.node(
      id,
      (message, send, done) => {
        send(message);
        done();
      },
      wires,
    );
  }

  /** Keeps what it gets until the test says what becomes of it. */
  holder(id: string, ...wires: string[]): { node: FakeNode; held: Held[] } {
    const held: Held[] = [];
    const onInput: InputHandler = (message, send, done) => {
      held.push({ message, send, done });
    };
    return { node: this.node(id, onInput, wires), held };
  }

  /** Passes on what it gets as soon as it can, one in a turn, and never says that it is done (core's Switch). */
  quiet(id: string, ...wires: string[]): FakeNode {
    const onInput = (message: NodeMessage, send: (message: Sent) => void) =>
      void setImmediate(() => send(message));
    return this.node(id, onInput, wires);
  }

  /** Takes the errors of these nodes, or of all. */
  catcher(scope: string[] | undefined, ...wires: string[]): FakeNode {
    return this.runtime.add({
      id: 'catch',
      type: 'catch',
      ...(scope && { scope }),
      wires: [wires],
      onInput: (message, send, done) => {
        send(message);
        done();
      },
    });
  }

  /** An event leaves the topic by these wires, as a delivery of this id. */
  inject(id: string, ...wires: string[]): void {
    const topic = this.runtime.add({ id: 'topic', type: 'invers-topic-in', wires: [wires] });
    const message: NodeMessage = { payload: {}, delivery: { id } } as NodeMessage;
    this.completion.follow(message, id, this.listener);
    topic.send([message, null]);
    this.completion.leftSource(id);
  }

  settle(): Promise<void> {
    return this.runtime.settle();
  }
}

function inWords(outcome: Outcome): string {
  return outcome.kind === 'fail' ? `fail: ${outcome.reason}` : outcome.kind;
}
