/** Many flows in one Node-RED, each with a queue of its own and a file in which the end of the flow notes what it did. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ledger } from '../../bench/chaos/ledger';
import type { Between } from './core-node-routes';
import { eventId, eventMessage, eventMessages } from './events';
import type { Fleet } from './fleet';
import { type FlowNode, node, type Properties, tab, topicIn } from './flow';
import { waitFor } from './wait';

/** Looks in a row at which a queue has not changed, before an event more is sent to complete a group. */
const QUIET_LOOKS = 8;

export interface FlowOnQueue {
  readonly queue: string;
  readonly ledger: Ledger;
  /** As it can be imported into an editor, but for the consumer's credentials. */
  readonly nodes: readonly FlowNode[];
}

export class FlowsOnQueues {
  readonly #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'flows-'));
  readonly consumer: FlowNode;
  readonly flows: FlowOnQueue[] = [];

  constructor(
    private readonly fleet: Fleet,
    /** Events in each queue. */
    private readonly events: number,
  ) {
    this.consumer = fleet.consumer();
  }

  /** A flow on a queue that is full; `build` puts something before its end. */
  async add(
    label: string,
    build: (last: FlowNode) => Between,
    last: Properties,
    topic: Properties,
  ) {
    const queue = await this.fleet.subscribe(`flow.${this.flows.length}`);
    await this.fleet.publish(queue, eventMessages(0, this.events));
    const ledger = new Ledger(path.join(this.#directory, queue));
    const end = node('disk-sink', { file: ledger.file, ...last });
    const { first, others } = build(end);
    const source = topicIn({ consumer: this.consumer, queue, ...topic }, first, []);
    this.flows.push({ queue, ledger, nodes: tab([source, ...others, end], { label }) });
  }

  get nodes(): FlowNode[] {
    return [this.consumer, ...this.flows.flatMap(({ nodes }) => nodes)];
  }

  /** Events that have reached the end of their flow, over all flows. */
  done(): number {
    return this.flows.reduce((sum, { ledger }) => sum + ledger.read(), 0);
  }

  /** Resolves when so many events have reached the end, over all flows. */
  async reaches(count: number, timeout: number): Promise<void> {
    await waitFor(() => this.done() >= count, {
      timeout,
      message: () => `${count} events at the ends of the flows; ${this.done()} came`,
    });
  }

  /**
   * Resolves when all queues are empty and nothing is on its way. A group that lacks an event would wait for
   * ever, so events more are sent to a queue where nothing moves. Returns the flows that did not come to an end.
   */
  async emptied(timeout: number): Promise<FlowOnQueue[]> {
    const left = new Map(this.flows.map((flow) => [flow, { seen: '', quiet: 0 }]));
    let extra = this.events;
    await waitFor(
      async () => {
        for (const [flow, state] of left) {
          const { ready, unacked } = (await this.fleet.figures(flow.queue)) ?? {};
          if (ready === 0 && unacked === 0) {
            left.delete(flow);
            continue;
          }
          const seen = `${ready} ${unacked} ${flow.ledger.read()}`;
          state.quiet = seen === state.seen ? state.quiet + 1 : 0;
          state.seen = seen;
          if (state.quiet < QUIET_LOOKS) continue;
          state.quiet = 0;
          await this.fleet.publish(flow.queue, [eventMessage(extra++)]);
        }
        return left.size === 0;
      },
      { timeout, interval: 100 },
    ).catch(() => undefined);
    return [...left.keys()];
  }

  /** Ids of events that never reached the end of the flow, and how many did so more than once. */
  outcome({ ledger }: FlowOnQueue): { lost: string[]; twice: number } {
    ledger.read();
    const ids = Array.from({ length: this.events }, (_, n) => eventId(n));
    return {
      lost: ids.filter((id) => ledger.timesOf(id) === 0),
      twice: ids.filter((id) => ledger.timesOf(id) > 1).length,
    };
  }

  /** As the editor imports it. */
  importable({ nodes }: FlowOnQueue): string {
    const { credentials: _, ...consumer } = this.consumer;
    return JSON.stringify([consumer, ...nodes]);
  }

  dispose(): void {
    for (const { ledger } of this.flows) ledger.close();
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}
