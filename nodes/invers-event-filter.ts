/** Splits events by type and reason over its outputs, and lets each through once. */

import type { Node, NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import { errorText } from '../src/errors/error-text';
import { findEventType } from '../src/events/catalogue';
import { EventFilter, type LaterRouting, type Routing } from '../src/filter/event-filter';
import type { InversDuplicate } from '../src/index';
import { systemClock } from '../src/time/clock';
import { InOrder } from '../src/time/in-order';
import { MessageDeliveries, type MessageDelivery } from './runtime/delivery/message-delivery';
import { createKeyReader } from './runtime/memory/message-key';
import { openDedupe, type SharedDedupe } from './runtime/memory/store-node';
import {
  type EventFilterConfig,
  type EventFilterSettings,
  filterSettings,
} from './runtime/settings/filter';
import { CounterStatus } from './runtime/status/counter';
import { fail } from './runtime/status/say';
import { invalidStatus } from './runtime/status/subscription';

type Send = (messages: NodeMessage | (NodeMessage | null)[]) => void;
/** Resolves when the message was sent on; a plain return says that it was. */
type InputHandler = (message: NodeMessage, send: Send) => void | Promise<void>;

/** For an event that is left behind: the broker gives it out again. */
const LEFT = { kind: 'cut-off' } as const;

const initialize: NodeInitializer = (RED) => {
  function InversEventFilter(this: Node, config: EventFilterConfig): void {
    RED.nodes.createNode(this, config);
    let handle: InputHandler;
    try {
      handle = createHandler(RED, this, filterSettings(config));
    } catch (error) {
      const message = errorText(error);
      this.status(invalidStatus(this.type));
      fail(this, message);
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
  { routes, other, late, dedupe: once }: EventFilterSettings,
): InputHandler {
  const shared = once && openDedupe(RED, once);
  const filter = new EventFilter({
    routes,
    sourceOf: (type) => findEventType(type)?.source,
    other,
    late: late && { ...late, clock: systemClock },
    dedupe: shared?.dedupe,
    window: once?.window ?? 0,
    duplicates: once?.duplicates ?? false,
  });
  const status = new CounterStatus(node, () => describe(RED, filter, shared));
  const stopWatching = shared?.watch(() => status.changed());
  node.on('close', (_removed: boolean, done: () => void) => {
    stopWatching?.();
    status.close();
    filter.close();
    shared?.leave().then(done, done);
    if (!shared) done();
  });

  const decide = (
    message: NodeMessage,
    delivery: MessageDelivery | undefined,
    key: string | undefined,
  ) => {
    const metadata = message['metadata'] as Record<string, unknown> | null | undefined;
    return filter.decide({
      type: metadata?.['type'],
      majorVersion: metadata?.['schema_major_version'],
      reasons: (message.payload as Record<string, unknown> | null | undefined)?.['reasons'],
      occurredAt: metadata?.['occurred_at'],
      key,
      // a message without a delivery is told from others by Node-RED's own id, which its copies share
      owner: delivery?.id ?? String(message._msgid),
      delivery,
      isAtOutput2: delivery?.isAtOutput2(),
    });
  };

  const apply = (
    { output, seenBefore, isLeft }: Routing,
    message: NodeMessage,
    delivery: MessageDelivery | undefined,
    send: Send,
  ): void => {
    status.changed();
    if (isLeft) delivery?.decide(LEFT);
    if (output === undefined) return;
    if (seenBefore) {
      message['duplicate'] = {
        first_seen_at: new Date(seenBefore.firstSeenAt).toISOString(),
        count: seenBefore.count,
      } satisfies InversDuplicate;
    }
    if (output === 0) {
      send(message);
      return;
    }
    const outputs = new Array<NodeMessage | null>(filter.outputs).fill(null);
    outputs[output] = message;
    send(outputs);
  };

  const deliveries = new MessageDeliveries(RED);
  const readKey = once ? createKeyReader(RED, node, once) : () => undefined;
  // JSONata and Redis answer later and in any order; messages still leave in the order in which they came.
  // Only a twin that waits for the first one leaves late, and holds nobody up.
  const asked = new InOrder();
  const answered = new InOrder();
  return (message, send) => {
    if (isOrder(message)) return shared?.dedupe.forget();
    // found now: when a deploy stops the nodes, the consumer may be gone before the filter
    const delivery = deliveries.of(message);
    return asked.run(readKey(message), (key) =>
      answered.run(decide(message, delivery, key), (routing: Routing | LaterRouting) => {
        if (!('later' in routing)) return apply(routing, message, delivery, send);
        return routing.later.then((made) => apply(made, message, delivery, send));
      }),
    );
  };
}

/** To forget everything. An event is none, whatever a node before has written into it for a node behind. */
function isOrder(message: NodeMessage): boolean {
  return message['reset'] !== undefined && message['delivery'] === undefined;
}

/** `1,204 passed · 3 late · 31 duplicates`, and what else there was to count. */
function describe(RED: NodeAPI, { counts }: EventFilter, shared: SharedDedupe | undefined) {
  const text = (name: string): string => RED._(`invers-event-filter.status.${name}`);
  const parts = (['passed', 'late', 'duplicates', 'withoutKey', 'unchecked', 'dropped'] as const)
    .filter((name) => name === 'passed' || counts[name] > 0)
    .map((name) => `${counts[name].toLocaleString('en')} ${text(name)}`);
  const { state = 'working' } = shared?.health ?? {};
  if (state === 'working') return { fill: 'grey', shape: 'dot', text: parts.join(' · ') } as const;
  const shape = state === 'memory-only' ? 'dot' : 'ring';
  return { fill: 'yellow', shape, text: [text(state), ...parts].join(' · ') } as const;
}

export = initialize;
