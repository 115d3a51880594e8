/** Splits events by type over its outputs and lets each event through once. */
import type { Node, NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import { MemoryStore } from '../src/dedupe/memory-store';
import { type Decision, EventFilter } from '../src/filter/event-filter';
import { findDelivery } from './runtime/consumer-node';
import { CounterStatus } from './runtime/counter-status';
import {
  type EventFilterConfig,
  type EventFilterSettings,
  filterSettings,
} from './runtime/filter-settings';
import { createKeyReader } from './runtime/message-key';
import { invalidStatus } from './runtime/status';

type Send = (messages: (NodeMessage | null)[]) => void;
/** Resolves when the message was sent on; a plain return says that it was. */
type InputHandler = (message: NodeMessage, send: Send) => void | Promise<void>;

const initialize: NodeInitializer = (RED) => {
  function InversEventFilter(this: Node, config: EventFilterConfig): void {
    RED.nodes.createNode(this, config);
    let handle: InputHandler;
    try {
      handle = createHandler(RED, this, filterSettings(config));
    } catch (error) {
      const { message } = error as Error;
      this.status(invalidStatus(this.type));
      this.error(message);
      // what arrives all the same does not vanish: a Catch node gets it
      handle = () => {
        throw new Error(message);
      };
    }
    this.on('input', (message, send, done) => {
      try {
        const sent = handle(message, send as Send);
        if (sent) sent.then(() => done(), done);
        else done();
      } catch (error) {
        done(error as Error);
      }
    });
  }

  RED.nodes.registerType('invers-event-filter', InversEventFilter);
};

function createHandler(
  RED: NodeAPI,
  node: Node,
  { routes, other, dedupe }: EventFilterSettings,
): InputHandler {
  const filter = new EventFilter({
    routes,
    other,
    store: dedupe && new MemoryStore(dedupe),
    duplicates: dedupe?.duplicates ?? false,
  });
  const status = new CounterStatus(node, () => describeCounts(RED, filter));
  node.on('close', (_removed: boolean, done: () => void) => {
    status.close();
    done();
  });

  const pass = (message: NodeMessage, key: string | undefined, send: Send) => {
    const metadata = message['metadata'] as Record<string, unknown> | null | undefined;
    const delivery = findDelivery(RED, message);
    const decision = filter.decide({
      type: metadata?.['type'],
      majorVersion: metadata?.['schema_major_version'],
      key,
      deliveryId: delivery?.id,
      follow: (onEnd) => delivery?.follow(onEnd) ?? 'unknown',
    });
    if (decision instanceof Promise) return decision.then((made) => apply(made, message, send));
    return apply(decision, message, send);
  };

  const apply = ({ output, seenBefore }: Decision, message: NodeMessage, send: Send): void => {
    status.changed();
    if (output === undefined) return;
    if (seenBefore) {
      message['duplicate'] = {
        first_seen_at: new Date(seenBefore.firstSeenAt).toISOString(),
        count: seenBefore.count,
      };
    }
    const outputs = new Array<NodeMessage | null>(filter.outputs).fill(null);
    outputs[output] = message;
    send(outputs);
  };

  const readKey = dedupe ? createKeyReader(RED, node, dedupe) : () => undefined;
  // JSONata answers later, and in an order of its own: the queue's order is kept
  let previous: Promise<unknown> = Promise.resolve();
  return (message, send) => {
    if (message['reset'] === true) return filter.reset();
    const key = readKey(message);
    if (!(key instanceof Promise)) return pass(message, key, send);
    // a twin that waits for the first one must not keep back those behind it
    let passed: void | Promise<void>;
    previous = Promise.all([key, previous]).then(([known]) => {
      passed = pass(message, known, send);
    });
    const sent = previous.then(() => passed);
    previous = previous.catch(() => undefined);
    return sent;
  };
}

/** `1,204 passed · 31 duplicates`, and what else there was to count. */
function describeCounts(RED: NodeAPI, { counts }: EventFilter): string {
  return (['passed', 'duplicates', 'withoutKey', 'dropped'] as const)
    .filter((name) => name === 'passed' || counts[name] > 0)
    .map(
      (name) =>
        `${counts[name].toLocaleString('en')} ${RED._(`invers-event-filter.status.${name}`)}`,
    )
    .join(' · ');
}

export = initialize;
