/**
 * What the nodes of a flow do with several events at once: a node that sends something and says in the
 * same run that it is done with others has made it of them too (Join, Batch); one that reports an error
 * and is done with others has thrown them away.
 */
import type { RuntimeNode } from './messages';
import { type HoldingNode, nameOf, type TrackedEvent } from './tracked-event';

/** What a node has done since its code began to run, until it stops. */
interface Run {
  readonly sent: Set<TrackedEvent>;
  readonly completed: Set<TrackedEvent>;
  error: { readonly of: TrackedEvent; readonly reason: unknown } | undefined;
}

interface NodeRecord extends HoldingNode {
  run: Run | undefined;
}

export class NodeRecords {
  readonly #records = new WeakMap<RuntimeNode, NodeRecord>();
  #running: NodeRecord[] = [];

  of(node: RuntimeNode): NodeRecord {
    const known = this.#records.get(node);
    if (known) return known;
    const record = { node, received: 0, run: undefined };
    this.#records.set(node, record);
    return record;
  }

  sent(node: RuntimeNode, event: TrackedEvent): void {
    const record = this.#records.get(node);
    // a node that has no other event can make nothing of several
    if (record && (record.run || record.received > 1)) this.#runOf(record).sent.add(event);
  }

  completed(node: RuntimeNode, event: TrackedEvent, error: unknown): void {
    const record = this.of(node);
    if (!record.run && record.received === 0) return;
    const run = this.#runOf(record);
    run.completed.add(event);
    if (error) run.error = { of: event, reason: error };
  }

  #runOf(record: NodeRecord): Run {
    if (record.run) return record.run;
    record.run = { sent: new Set(), completed: new Set(), error: undefined };
    // the run is over when its code returns to the event loop, or waits for a promise
    if (this.#running.push(record) === 1) queueMicrotask(this.#endRuns);
    return record.run;
  }

  readonly #endRuns = (): void => {
    const running = this.#running;
    this.#running = [];
    for (const record of running) {
      if (record.run) concludeRun(record.node, record.run);
      record.run = undefined;
    }
  };
}

function concludeRun(node: RuntimeNode, { sent, completed, error }: Run): void {
  for (const event of completed) {
    if (sent.has(event)) continue;
    for (const carrier of sent) if (!carrier.isForgotten) event.rideOn(carrier);
    if (sent.size === 0 && error && error.of !== event) {
      event.failFor(node.id, `${nameOf(node)} threw it away: ${String(error.reason)}`);
    }
  }
}
