/**
 * What the nodes of a flow do with several events at once: a node that sends something and says in the
 * same run that it is done with others has made it of them too (Join); one that reports an error and is
 * done with others has thrown them away (Join, Batch and Sort when they have too many).
 */
import { errorText } from '../../../src/errors/error-text';
import { nameOf, type RuntimeNode, type SendEvent } from './messages';
import type { HoldingNode, TrackedEvent } from './tracked-event';

/** What a node has done since its code began to run, until it stops. */
interface NodeRun {
  readonly sent: { readonly event: TrackedEvent; readonly sending: SendEvent }[];
  readonly completed: Set<TrackedEvent>;
  error: { readonly of: TrackedEvent; readonly reason: unknown } | undefined;
}

interface NodeRecord extends HoldingNode {
  run: NodeRun | undefined;
}

/** What a node has made of several events: the sendings that were thought to be of one of them. */
export interface Made {
  /** Events that it was done with and sent nothing of their own for. */
  readonly others: readonly TrackedEvent[];
  readonly sent: NodeRun['sent'];
}

export class NodeRecords {
  readonly #records = new WeakMap<RuntimeNode, NodeRecord>();
  #running: NodeRecord[] = [];

  constructor(private readonly onMade: (made: Made) => void) {}

  of(node: RuntimeNode): NodeRecord {
    const known = this.#records.get(node);
    if (known) return known;
    const record = { node, received: 0, run: undefined };
    this.#records.set(node, record);
    return record;
  }

  sent(sending: SendEvent, event: TrackedEvent): void {
    const record = this.#records.get(sending.source.node);
    // a node that has no other message can make nothing of several
    if (record && (record.run || record.received > 1)) {
      this.#runOf(record).sent.push({ event, sending });
    }
  }

  completed(node: RuntimeNode, event: TrackedEvent, error: unknown): void {
    const record = this.of(node);
    if (!record.run && record.received === 0) return;
    const run = this.#runOf(record);
    run.completed.add(event);
    if (error) run.error = { of: event, reason: error };
  }

  #runOf(record: NodeRecord): NodeRun {
    if (record.run) return record.run;
    record.run = { sent: [], completed: new Set(), error: undefined };
    // the run is over when its code returns to the event loop, or waits for a promise
    if (this.#running.push(record) === 1) queueMicrotask(this.#endRuns);
    return record.run;
  }

  readonly #endRuns = (): void => {
    const running = this.#running;
    this.#running = [];
    for (const record of running) {
      if (record.run) this.#conclude(record.node, record.run);
      record.run = undefined;
    }
  };

  #conclude(node: RuntimeNode, { sent, completed, error }: NodeRun): void {
    const senders = new Set(sent.map(({ event }) => event));
    const others = [...completed].filter((event) => !senders.has(event));
    if (others.length === 0) return;
    if (sent.length > 0) {
      this.onMade({ others, sent });
    } else if (error) {
      const reason = `${nameOf(node)} threw it away: ${errorText(error.reason)}`;
      for (const event of others) if (event !== error.of) event.failFor(node.id, reason);
    }
  }
}
