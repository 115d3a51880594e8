/** Everything a chaos run needs, for it alone: a broker, a proxy before it, Node-REDs in processes, a file on disk. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Fleet } from '../../test/support/fleet';
import {
  dedupeStore,
  eventFilter,
  type FlowNode,
  node,
  tab,
  topicIn,
} from '../../test/support/flow';
import { NodeRedProcess } from '../../test/support/node-red-process';
import { FaultProxy } from '../../test/support/proxy';
import { type OutgoingMessage, type QueueFigures, RabbitMq } from '../../test/support/rabbitmq';
import { Redis } from '../../test/support/redis';
import type { FaultKind } from './faults';
import { Ledger } from './ledger';

const queue = 'chaos.events';

export interface FlowSettings {
  readonly acknowledge: 'completion' | 'delivery';
  readonly prefetch: number;
  /** How many Node-REDs share the queue. */
  readonly processes: number;
  /** Where the filter remembers what was done with; `own` = in its own memory, as by default. */
  readonly store: 'own' | 'memory' | 'file' | 'redis';
  /** Milliseconds that the step in the middle of the flow takes. */
  readonly delay: number;
}

export class Scene {
  readonly #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'chaos-'));
  readonly ledger = new Ledger(path.join(this.#directory, 'ids'));
  #broker: RabbitMq | undefined;
  #fleet: Fleet | undefined;
  #proxy: FaultProxy | undefined;
  #redis: Redis | undefined;
  readonly #nodeReds: NodeRedProcess[] = [];
  #kills = 0;

  /** The queue is durable and its events are persistent: when this resolves, the broker has confirmed them all. */
  async fillQueue(messages: Iterable<OutgoingMessage>): Promise<void> {
    this.#broker = await RabbitMq.start();
    this.#fleet = await Fleet.create(this.#broker);
    await this.#fleet.subscribe(queue);
    await this.#broker.publish(this.#fleet.vhost, queue, messages);
  }

  async startFlow(settings: FlowSettings): Promise<void> {
    this.#proxy = await FaultProxy.listen(there(this.#broker).port);
    if (settings.store === 'redis') this.#redis = await Redis.start({ durable: true });
    for (let number = 0; number < settings.processes; number++) {
      this.#nodeReds.push(await NodeRedProcess.start(this.#flow(settings)));
    }
  }

  /** Undefined while the broker is not there to ask. */
  async queue(): Promise<QueueFigures | undefined> {
    return there(this.#broker).queue(there(this.#fleet).vhost, queue);
  }

  /** Resolves when what was killed runs again; whether the flow is back is another matter. */
  async strike(kind: FaultKind): Promise<void> {
    switch (kind) {
      case 'nodeRedKill': {
        // each in turn
        const nodeRed = there(this.#nodeReds[this.#kills++ % this.#nodeReds.length]);
        await nodeRed.kill();
        return nodeRed.start();
      }
      case 'brokerKill':
        await there(this.#broker).kill();
        return there(this.#broker).start();
      case 'reset':
        return there(this.#proxy).reset();
      case 'redisRestart':
        await there(this.#redis).kill();
        return there(this.#redis).start();
    }
  }

  /** What Node-RED and its nodes complained of last. */
  complaints(): string {
    return this.#nodeReds
      .flatMap(({ logs }) => logs)
      .filter(({ level }) => ['fatal', 'error', 'warn'].includes(level))
      .slice(-10)
      .map(({ level, type, message }) => `  ${level}, ${type ?? 'Node-RED'}: ${message}`)
      .join('\n');
  }

  async dispose(): Promise<void> {
    for (const nodeRed of this.#nodeReds) await nodeRed.dispose();
    await this.#redis?.dispose();
    await this.#proxy?.close();
    await this.#broker?.dispose();
    this.ledger.close();
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }

  /** What is not named here is as a user finds it. */
  #flow({ acknowledge, prefetch, delay, store }: FlowSettings): FlowNode[] {
    const consumer = there(this.#fleet).consumer({ port: there(this.#proxy).port });
    const sink = node('disk-sink', { file: this.ledger.file });
    const step = node(
      'delay',
      {
        pauseType: 'delay',
        timeout: String(delay),
        timeoutUnits: 'milliseconds',
        rate: '1',
        nbRateUnits: '1',
        rateUnits: 'second',
        randomFirst: '1',
        randomLast: '5',
        randomUnits: 'seconds',
        drop: false,
        allowrate: false,
        outputs: 1,
      },
      [sink],
    );
    const stores = store === 'own' ? [] : [dedupeStore({ backend: store, url: this.#redis?.url })];
    const filter = eventFilter({ store: stores[0]?.id ?? '' }, [step], [step]);
    const topic = topicIn({ consumer, queue, prefetch, acknowledge }, [filter], []);
    return tab([consumer, ...stores, topic, filter, step, sink]);
  }
}

function there<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('The queue is filled first, then the flow is started.');
  return thing;
}
