/** A topic of its own in a fake runtime: a consumer that captures the subscription, and a clock that stands still. */
import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import type { ConsumerNode } from '../../nodes/runtime/consumer/consumer-node';
import { FlowCompletion } from '../../nodes/runtime/flow/completion';
import type { SendAgain } from '../../nodes/runtime/parking/parking';
import { type TopicInSettings, topicInSettings } from '../../nodes/runtime/settings/topic';
import { Topic, type TopicCompany } from '../../nodes/runtime/topic/topic';
import type { TopicInNode } from '../../nodes/runtime/topic/topic-outputs';
import type {
  IncomingMessage,
  SubscriptionOptions,
  SubscriptionState,
} from '../../src/broker/broker';
import { LoneLine } from '../../src/delivery/attempts/lone-line';
import { ConsumerDeliveries } from '../../src/delivery/consumer-deliveries';
import { SchemaSet } from '../../src/events/schema-set';
import { vehicleIdReader } from '../../src/events/vehicle-id';
import type { ConsumerHearing } from '../../src/hearing/consumer-hearing';
import { eventBody, eventId } from './events';
import type { Held } from './fake-flow';
import { FakeRuntime } from './fake-runtime';
import { MovedClock, turn } from './moved-clock';
import { SuspectsDisk } from './suspects-disk';

/** One call of `subscribe`, and what was asked of the subscription. */
export interface FakeSubscription {
  readonly options: SubscriptionOptions;
  readonly calls: string[];
  /** Lets `pause` end; until then nothing else goes on. */
  finishPause: () => void;
}

export interface FakeTopicOptions {
  settings?: Partial<TopicInSettings>;
  /** What is wired to outputs 1 and 2. */
  wires?: string[][];
  isSandbox?: boolean;
  /** `pause` waits for `finishPause`. */
  isPauseSlow?: boolean;
  /** Is told whether events arrive as they happen. */
  hearing?: ConsumerHearing;
}

export class FakeTopic {
  readonly runtime = new FakeRuntime();
  readonly clock = new MovedClock();
  readonly completion = new FlowCompletion(this.runtime.RED, this.clock);
  readonly deliveries = new ConsumerDeliveries();
  readonly disk = new SuspectsDisk();
  readonly subscriptions: FakeSubscription[] = [];
  readonly states: SubscriptionState['name'][] = [];
  /** What was parked, and what the topic said to the parking. */
  readonly parked: unknown[] = [];
  /** How what is parked is kept, where that takes time or fails. */
  keep: (() => Promise<void>) | undefined;
  /** Sends a parked event again, as long as the topic lets it. */
  sendAgain: SendAgain | undefined;
  /** What the broker was told, in order. */
  readonly verdicts: string[] = [];
  readonly node;
  readonly settings: TopicInSettings;
  readonly topic: Topic;

  constructor({
    settings,
    wires = [['last'], []],
    isSandbox,
    isPauseSlow,
    hearing,
  }: FakeTopicOptions = {}) {
    this.settings = { ...topicInSettings({ queue: 'states' } as never), ...settings };
    this.node = this.runtime.add({ id: 't1', type: 'invers-topic-in', wires });
    this.runtime.put('c1', {
      id: 'c1',
      isSandbox: isSandbox ?? false,
      completion: this.completion,
      deliveries: this.deliveries,
      schemas: new SchemaSet(),
      vehicleIdOf: vehicleIdReader(''),
      subscribe: (options: SubscriptionOptions) => this.#subscribe(options, isPauseSlow ?? false),
    } satisfies Partial<ConsumerNode>);
    const node = this.node as unknown as TopicInNode;
    const onState = ({ name }: SubscriptionState) => this.states.push(name);
    const { RED } = this.runtime;
    const company: TopicCompany = {
      loneLine: new LoneLine(this.clock),
      suspectStorage: this.disk,
      ...(hearing && { hearing }),
      parking: {
        join: (_node, sendAgain) => {
          this.sendAgain = sendAgain;
        },
        leave: (id) => this.parked.push(`${id} leaves`),
        lost: (id) => this.parked.push(`${id} has lost its channel`),
        park: (event) => {
          this.parked.push(event);
          return this.keep?.();
        },
      },
    };
    this.topic = new Topic(RED, node, 'c1', this.settings, onState, company, this.clock);
  }

  /** A node that keeps what it gets. */
  hold(id: string, type = 'function', wires: string[] = []): Held[] {
    const held: Held[] = [];
    this.runtime.add({
      id,
      type,
      wires: [wires],
      onInput: (message, send, done) => {
        held.push({ message, send, done });
      },
    });
    return held;
  }

  /** The queue gives out a message; what becomes of it is written down as `number: verdict`. */
  deliver(n: number, delivery: Partial<IncomingMessage> = {}): void {
    const { options } = this.subscriptions.at(-1) ?? assert.fail('the topic does not consume');
    const body = Buffer.from(eventBody({ id: eventId(n) }, {}));
    const answer = (verdict: string) => this.verdicts.push(`${n}: ${verdict}`);
    const full = { body, properties: { headers: {} }, redelivered: false, ...delivery };
    // what it throws counts like a rejection, as in a channel
    const verdict = new Promise<string>((resolve) => {
      resolve(options.handle(full));
    });
    verdict.then(answer, (error: Error) => {
      answer(error.message);
      options.onHandlerFailed?.(error, 5_000);
    });
  }

  /** What the node said, by level and text. */
  get said(): string[] {
    return this.node.log.map(({ level, text }) => `${level}: ${text}`);
  }

  settle(): Promise<void> {
    return this.runtime.settle();
  }

  #subscribe(options: SubscriptionOptions, isPauseSlow: boolean) {
    const calls: string[] = [];
    const subscription: FakeSubscription = { options, calls, finishPause: () => undefined };
    this.subscriptions.push(subscription);
    return {
      pause: async () => {
        calls.push('pause');
        if (!isPauseSlow) return turn();
        return new Promise<void>((resolve) => {
          const { finishPause } = subscription;
          subscription.finishPause = () => {
            finishPause();
            resolve();
          };
        });
      },
      resume: () => void calls.push('resume'),
      close: async () => {
        calls.push('close');
        // what was not answered is the broker's again
        options.onLost?.(undefined);
      },
    };
  }
}

/** Each delivery has an id of its own, which its message carries. */
export function deliveryIdOf(message: NodeMessage | undefined): string {
  const { id } = (message as { delivery?: { id?: string } } | undefined)?.delivery ?? {};
  return id ?? assert.fail('the message has no delivery');
}

/** What a message says of its delivery. */
export function deliveryOf(message: NodeMessage | undefined): Record<string, unknown> {
  return message?.['delivery'] as Record<string, unknown>;
}

/** A topic that consumes, with nodes behind both outputs that keep what they get. */
export async function connectedTopic(options: FakeTopicOptions = {}) {
  const fake = new FakeTopic({ wires: [['last'], ['unusable']], ...options });
  const held = fake.hold('last');
  const unusable = fake.hold('unusable');
  await fake.topic.connect();
  return { fake, held, unusable };
}
