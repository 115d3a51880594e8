/** From a message to the delivery that brought it: the only way in which nodes reach deliveries. */
import type { NodeAPI, NodeMessage } from 'node-red';
import type { ConsumerDeliveries } from '../../../src/delivery/consumer-deliveries';
import type { Ending, LateReason, Outcome } from '../../../src/delivery/outcome';
import type { Participant } from '../../../src/delivery/participant';
import type { ConsumerNode } from '../consumer/consumer-node';
import { isClockDelivery, sharedClockDeliveries } from './by-clock';

/** The deliveries of a consumer, and those of the one that it replaced at a deploy: they may still be on their way. */
interface Known {
  readonly current: ConsumerDeliveries;
  readonly former: ConsumerDeliveries | undefined;
}

export class MessageDelivery {
  constructor(
    readonly id: string,
    private readonly known: Known | undefined,
  ) {}

  /** The first decision counts; one that does not is told why. */
  decide(outcome: Outcome): LateReason | undefined {
    if (!this.known) return 'unknown';
    const { current, former } = this.known;
    const late = current.decide(this.id, outcome);
    return late === 'unknown' && former ? former.decide(this.id, outcome) : late;
  }

  /** Milliseconds since 1970 at which it counts as failed; undefined when it is not in the flow. */
  deadline(): number | undefined {
    const { current, former } = this.known ?? {};
    return current?.deadlineOf(this.id) ?? former?.deadlineOf(this.id);
  }

  /** Whether it has left by output 2. */
  isAtOutput2(): boolean {
    const { current, former } = this.known ?? {};
    return [current, former].some((deliveries) => deliveries?.isAtOutput2(this.id));
  }

  /** Whoever enlists is told once how the delivery ends. One that has ended tells nobody any more. */
  enlist(participant: Participant): 'enlisted' | Ending | 'unknown' {
    if (!this.known) return 'unknown';
    const { current, former } = this.known;
    const found = current.enlist(this.id, participant);
    return found === 'unknown' && former ? former.enlist(this.id, participant) : found;
  }
}

/** Finds the deliveries for one node, also those of a consumer that a deploy has replaced meanwhile. */
export class MessageDeliveries {
  readonly #known = new Map<string, Known>();

  constructor(private readonly RED: NodeAPI) {}

  /** Undefined for a message that brings no delivery with it. */
  of(message: NodeMessage): MessageDelivery | undefined {
    const delivery = message['delivery'] as { id?: unknown; consumer?: unknown } | null | undefined;
    const { id, consumer } = delivery ?? {};
    if (typeof id !== 'string' || typeof consumer !== 'string') return this.#byClock(message);
    return new MessageDelivery(id, this.#find(consumer));
  }

  #byClock({ _msgid }: NodeMessage): MessageDelivery | undefined {
    if (!isClockDelivery(_msgid)) return undefined;
    const current = sharedClockDeliveries(this.RED);
    return new MessageDelivery(_msgid, { current, former: undefined });
  }

  #find(consumer: string): Known | undefined {
    const known = this.#known.get(consumer);
    const current = (this.RED.nodes.getNode(consumer) as ConsumerNode | null)?.deliveries;
    if (!current || current === known?.current) return known;
    const found = { current, former: known?.current };
    this.#known.set(consumer, found);
    return found;
  }
}
