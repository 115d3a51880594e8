/** One node by itself in Node-RED's test helper: gives it messages, and collects what leaves by its outputs. */
import { hooks } from '@node-red/util';
import type { Node, NodeInitializer, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';

export interface SendingNode {
  /** Gives the messages to the node and waits until it is done with each. */
  receive(...messages: (NodeMessage & Record<string, unknown>)[]): Promise<void>;
  /** What left by each output. */
  readonly outputs: (NodeMessage & Record<string, unknown>)[][];
  /** What a Catch node would get. */
  readonly errors: string[];
  /** The texts of its statuses, with the names of the texts instead of them. */
  readonly statuses: string[];
}

/** Throws away what was there before. */
export async function sendingNode(
  initializers: NodeInitializer[],
  config: Record<string, unknown>,
  others: Record<string, unknown>[],
  outputCount: number,
): Promise<SendingNode> {
  const sinks = Array.from({ length: outputCount }, (_, index) => `sink${index}`);
  const flow = [
    { ...config, id: 'node', wires: sinks.map((id) => [id]) },
    ...others,
    ...sinks.map((id) => ({ id, type: 'helper' })),
  ] as never;
  await helper.load(initializers, flow);
  const node = helper.getNode('node') as Node;
  const outputs = sinks.map((id) => {
    const received: (NodeMessage & Record<string, unknown>)[] = [];
    helper.getNode(id).on('input', (message) => received.push(message as never));
    return received;
  });
  const errors: string[] = [];
  const internal = node as unknown as import('node:events').EventEmitter;
  internal.on('call:error', (call) => errors.push(String(call.firstArg.message ?? call.firstArg)));
  const receive = (...messages: NodeMessage[]) =>
    new Promise<void>((resolve) => {
      let finished = 0;
      hooks.add('onComplete.test', (event: { node: { id: string } }) => {
        if (event.node.id === 'node') finished += 1;
        if (finished < messages.length) return;
        hooks.remove('*.test');
        // what it sent is on its way; handing over takes a turn of the event loop, or two
        setImmediate(() => setImmediate(() => setImmediate(resolve)));
      });
      for (const message of messages) node.receive(message);
    });
  const statuses: string[] = [];
  internal.on('call:status', (call) => {
    statuses.push(String(call.firstArg.text).replaceAll(`${config['type']}.`, ''));
  });
  return { receive, outputs, errors, statuses };
}
