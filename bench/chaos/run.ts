/** One chaos run: a full queue, a flow that empties it, faults on the way, and what has reached the disk in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingMessage, RabbitMq } from '../../test/support/rabbitmq';
import { events } from '../events';
import { type FaultCounts, type FaultKind, type PlannedFault, planFaults } from './faults';
import { type FlowSettings, Scene } from './scene';

export interface ChaosPlan extends FlowSettings {
  readonly events: number;
  /** Percent of the events that are sent twice. */
  readonly duplicates: number;
  readonly faults: FaultCounts;
}

export interface Fault {
  readonly kind: FaultKind;
  /** Events on disk when it happened. */
  readonly onDisk: number;
  /** Events the broker had delivered and that were not acknowledged when it happened. */
  readonly unacked: number;
  /** Seconds until events came through that had not been on their way before; undefined: there were none left. */
  readonly backAfter: number | undefined;
}

export interface ChaosResult {
  readonly events: number;
  readonly faults: readonly Fault[];
  /** Planned, but the queue was empty before. */
  readonly faultsLeft: number;
  /** Events that never reached the disk, although the queue is empty. */
  readonly lost: number;
  /** Events that reached it more than once. */
  readonly twice: number;
  /** As many as the kills of Node-RED, and an outage of Redis, explain. */
  readonly twiceAtMost: number;
  /** From the start of the flow to the empty queue. */
  readonly seconds: number;
}

export interface ChaosOptions {
  /** Else the run starts one of its own, which it may kill. */
  readonly broker?: RabbitMq;
  readonly signal?: AbortSignal;
  readonly onFault?: (fault: Fault) => void;
}

/** Milliseconds without a new event on disk, while the queue is not empty, after which the flow counts as stuck. */
const patience = 60_000;

export async function runChaos(plan: ChaosPlan, options: ChaosOptions = {}): Promise<ChaosResult> {
  const scene = new Scene(options.broker);
  try {
    const ids: string[] = [];
    await scene.fillQueue(withTwins(persistent(events(plan.events), ids), plan.duplicates));
    options.signal?.throwIfAborted();
    await scene.startFlow(plan);
    const started = performance.now();
    const faults = await new Run(scene, plan, options).toTheEnd();
    const times = ids.map((id) => scene.ledger.timesOf(id));
    const planned = planFaults(plan.faults, plan.events, plan.delay).length;
    return {
      events: plan.events,
      faults,
      faultsLeft: planned - faults.length,
      lost: times.filter((count) => count === 0).length,
      twice: times.filter((count) => count > 1).length,
      twiceAtMost: faults.reduce((sum, { kind }) => sum + onTheirWay(kind, plan), 0),
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await scene.dispose();
  }
}

class Run {
  constructor(
    private readonly scene: Scene,
    private readonly plan: ChaosPlan,
    private readonly options: ChaosOptions,
  ) {}

  /** Returns the faults that happened, when the queue is empty and nothing more comes. */
  async toTheEnd(): Promise<Fault[]> {
    const { events, faults, delay } = this.plan;
    const happened: Fault[] = [];
    for (const planned of planFaults(faults, events, delay)) {
      if (!(await this.#reaches(planned.at))) return happened;
      const fault = await this.#happen(planned);
      happened.push(fault);
      this.options.onFault?.(fault);
    }
    await this.#reaches(Number.POSITIVE_INFINITY);
    return happened;
  }

  async #happen({ kind, offset }: PlannedFault): Promise<Fault> {
    await sleep(offset, undefined, this.options);
    const { unacked = 0 } = (await this.scene.queue()) ?? {};
    const onDisk = this.scene.ledger.read();
    const began = performance.now();
    await this.scene.strike(kind);
    const isBack = await this.#reaches(onDisk + this.plan.prefetch * this.plan.processes + 1);
    const backAfter = isBack ? (performance.now() - began) / 1000 : undefined;
    return { kind, onDisk, unacked, backAfter };
  }

  /** Whether so many events reach the disk; false when the queue is empty and nothing more comes. */
  async #reaches(count: number): Promise<boolean> {
    let last = -1;
    let grewAt = performance.now();
    for (;;) {
      const onDisk = this.scene.ledger.read();
      if (onDisk >= count) return true;
      const now = performance.now();
      if (onDisk > last) {
        last = onDisk;
        grewAt = now;
      } else if (now - grewAt > this.plan.delay + 1_000) {
        const figures = await this.scene.queue();
        if (figures?.ready === 0 && figures.unacked === 0) return false;
        if (now - grewAt > patience) throw new Error(this.#stuck(onDisk, figures));
      }
      await sleep(10, undefined, this.options);
    }
  }

  #stuck(onDisk: number, figures: unknown): string {
    return [
      `No event reached the disk for ${patience / 1000} s; ${onDisk} of ${this.plan.events} are there.`,
      `The broker says of the queue: ${JSON.stringify(figures)}.`,
      this.scene.complaints(),
    ].join('\n');
  }
}

/** Such as survive a broker that is killed; their ids are noted. */
function* persistent(messages: Iterable<OutgoingMessage>, ids: string[]) {
  for (const { body, properties } of messages) {
    ids.push(String(properties?.messageId));
    yield { body, properties: { ...properties, deliveryMode: 2, persistent: true } };
  }
}

/** Milliseconds that a copy waits for a flow whose connection broke. */
const grace = 5_000;

/** How many events a fault may bring twice: what was on its way where it struck and could not be finished. */
function onTheirWay(kind: FaultKind, { prefetch, processes, delay }: ChaosPlan): number {
  if (kind === 'nodeRedKill') return prefetch;
  return kind === 'redisRestart' || delay >= grace ? prefetch * processes : 0;
}

/** How many events may lie between the two copies; some twins meet in the flow, others come long after. */
const longestDistance = 500;

/** The second copies come a different distance behind the first ones each time. */
function* withTwins(messages: Iterable<OutgoingMessage>, percent: number) {
  const twins = new Map<number, OutgoingMessage[]>();
  let position = 0;
  for (const message of messages) {
    yield message;
    position += 1;
    yield* twins.get(position) ?? [];
    twins.delete(position);
    if (Math.floor((position * percent) / 100) === Math.floor(((position - 1) * percent) / 100)) {
      continue;
    }
    const at = position + 1 + ((position * 7) % longestDistance);
    twins.set(at, [...(twins.get(at) ?? []), message]);
  }
  for (const left of twins.values()) yield* left;
}
