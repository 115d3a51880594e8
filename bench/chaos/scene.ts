/** Everything a chaos run needs, for it alone: a broker, a proxy before it, Node-REDs in processes, a file on disk. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DeployType } from '../../test/support/deploy';
import { Fleet } from '../../test/support/fleet';
import { eventFilter, type FlowNode, node, storeNode, tab, topicIn } from '../../test/support/flow';
import { NodeRedProcess } from '../../test/support/node-red-process';
import { FaultProxy } from '../../test/support/proxy';
import { type OutgoingMessage, type QueueFigures, RabbitMq } from '../../test/support/rabbitmq';
import { Redis } from '../../test/support/redis';
import type { FaultKind } from './faults';
import { Ledger } from './ledger';

const queue = 'chaos.events';
const deployTypes: readonly DeployType[] = ['full', 'flows', 'nodes'];

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
  #ownBroker: RabbitMq | undefined;
  #fleet: Fleet | undefined;
  #proxy: FaultProxy | undefined;
  #redis: Redis | undefined;
  readonly #nodeReds: { readonly process: NodeRedProcess; readonly flow: FlowNode[] }[] = [];
  #kills = 0;
  #deploys = 0;

  /** With its own broker where it is given none; one that is given goes on when the scene ends. */
  constructor(private readonly givenBroker?: RabbitMq) {}

  /** The queue is durable and its events are persistent: when this resolves, the broker has confirmed them all. */
  async fillQueue(messages: Iterable<OutgoingMessage>): Promise<void> {
    if (!this.givenBroker) this.#ownBroker = await RabbitMq.start();
    this.#fleet = await Fleet.create(this.#broker);
    await this.#fleet.subscribe(queue);
    await this.#broker.publish(this.#fleet.vhost, queue, messages);
  }

  async startFlow(settings: FlowSettings): Promise<void> {
    this.#proxy = await FaultProxy.listen(this.#broker.port);
    if (settings.store === 'redis') this.#redis = await Redis.start({ durable: true });
    for (let number = 0; number < settings.processes; number++) {
      const flow = this.#flow(settings);
      this.#nodeReds.push({ process: await NodeRedProcess.start(flow), flow });
    }
  }

  /** Undefined while the broker is not there to ask. */
  async queue(): Promise<QueueFigures | undefined> {
    return this.#broker.queue(there(this.#fleet).vhost, queue);
  }

  /** Resolves when what was killed runs again; whether the flow is back is another matter. */
  async strike(kind: FaultKind): Promise<void> {
    switch (kind) {
      case 'nodeRedKill': {
        // each in turn
        const { process } = there(this.#nodeReds[this.#kills++ % this.#nodeReds.length]);
        await process.kill();
        return process.start();
      }
      case 'brokerKill':
        await this.#broker.kill();
        return this.#broker.start();
      case 'reset':
        return there(this.#proxy).reset();
      case 'redisRestart':
        await there(this.#redis).kill();
        return there(this.#redis).start();
      case 'deploy':
        return this.#deploy();
    }
  }

  get #broker(): RabbitMq {
    return there(this.givenBroker ?? this.#ownBroker);
  }

  /** Each kind in turn, with changes to the consumer and to the step behind the filter. */
  async #deploy(): Promise<void> {
    const number = this.#deploys++;
    const { process, flow } = there(this.#nodeReds[number % this.#nodeReds.length]);
    const changed = ['invers-consumer', 'delay'];
    const name = `deployed ${number}`;
    const deployed = flow.map((each) => (changed.includes(each.type) ? { ...each, name } : each));
    await process.deploy(deployed, deployTypes[number % deployTypes.length]);
  }

  /** What Node-RED and its nodes complained of last. */
  complaints(): string {
    return this.#nodeReds
      .flatMap(({ process }) => process.logs)
      .filter(({ level }) => ['fatal', 'error', 'warn'].includes(level))
      .slice(-10)
      .map(({ level, type, message }) => `  ${level}, ${type ?? 'Node-RED'}: ${message}`)
      .join('\n');
  }

  async dispose(): Promise<void> {
    for (const { process } of this.#nodeReds) await process.dispose();
    await this.#redis?.dispose();
    await this.#proxy?.close();
    if (this.givenBroker) await this.#fleet?.dispose();
    await this.#ownBroker?.dispose();
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
    const stores = store === 'own' ? [] : [storeNode({ backend: store, url: this.#redis?.url })];
    const filter = eventFilter({ store: stores[0]?.id ?? '' }, [step], [step]);
    const topic = topicIn({ consumer, queue, prefetch, acknowledge }, [filter], []);
    return tab([consumer, ...stores, topic, filter, step, sink]);
  }
}

function there<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('The queue is filled first, then the flow is started.');
  return thing;
}
