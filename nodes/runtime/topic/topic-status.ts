/** How a topic stands: looks once a second, and says so under the node, in reports and in warnings. */

import type { NodeAPI } from 'node-red';
import type { SubscriptionState } from '../../../src/broker/broker';
import { QueueExpiry } from '../../../src/delivery/queue-expiry';
import type { InversReport } from '../../../src/index';
import { type Clock, systemClock } from '../../../src/time/clock';
import type { TopicInSettings } from '../settings/topic';
import type { FlowsState } from '../status/flows-state';
import { fail, warn } from '../status/say';
import { type SubscriptionStatus, subscriptionStatus } from '../status/subscription';
import { QueueExpiryFile } from './files/queue-expiry-file';
import type { Topic } from './topic';
import type { TopicInNode } from './topic-outputs';

const TICK = 1_000;
/**
 * Stalled = a full prefetch, and no acknowledgement for so many milliseconds; for half the deadline
 * where that is less, so that the status says so before the deadline acts.
 */
const STALLED_AFTER = 60_000;

/** What output 3 says. */
export type TopicReport = Readonly<InversReport>;

export class TopicStatus {
  readonly #expiry: QueueExpiry;
  readonly #file: QueueExpiryFile;
  #cancelTick: () => void;
  readonly #stopWatching: () => void;
  #subscription: SubscriptionState = { name: 'connecting' };
  #shown = '';
  #reported: TopicReport['state'] | undefined;
  #rate = 0;
  #closed = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: TopicInNode,
    private readonly topic: Topic,
    private readonly settings: TopicInSettings,
    private readonly flowsState: FlowsState,
    private readonly onChange: (report: TopicReport) => void,
    private readonly clock: Clock = systemClock,
  ) {
    // the queue is called as an imported flow says
    const tell = (text: string) => warn(node, text);
    this.#file = new QueueExpiryFile(RED.settings.userDir ?? '.', node.id, tell);
    this.#expiry = new QueueExpiry(clock, this.#file, (unread, left) =>
      tell(
        `The queue ${JSON.stringify(settings.queue)} has not been read for ${unread} hours. INVERS deletes a queue with its events after three days: ${left} hours are left.`,
      ),
    );
    this.#cancelTick = clock.after(TICK, this.#tick);
    this.#stopWatching = flowsState.watch(() => this.#flowsChanged());
  }

  subscriptionChanged(state: SubscriptionState): void {
    if (this.#closed) return;
    this.#subscription = state;
    const { error } = state;
    // what concerns the whole connection is said once, by the consumer
    if (error?.scope === 'queue') {
      if (error.needsPerson) fail(this.node, error.message);
      else warn(this.node, error.message);
    }
    this.#show();
  }

  report(): TopicReport {
    const { statistics } = this.topic;
    const { received, acknowledged, retried, failed, redelivered } = statistics.counts;
    return {
      state: this.#stalledFor() === undefined ? this.#state.name : 'stalled',
      received,
      acknowledged,
      retried,
      failed,
      redelivered,
      in_flight: this.topic.inFlight,
      rate: Math.round(this.#rate * 10) / 10,
      last_event_at: isoOrNull(statistics.lastEventAt),
      last_ack_at: isoOrNull(statistics.lastAckAt),
    };
  }

  /** `removed`: the node is gone for good, not only stopped. */
  close(removed: boolean): void {
    this.#closed = true;
    this.#cancelTick();
    this.#stopWatching();
    this.#expiry.close();
    if (removed) this.#file.remove();
  }

  #flowsChanged(): void {
    const { missing } = this.flowsState;
    if (missing.length === 0) this.topic.flowsStarted();
    else {
      warn(
        this.node,
        `Node-RED has not started the flows of the last deploy, because it lacks: ${missing.join(', ')}. Events that come to nodes which the deploy stopped go back to the queue, each time after a longer rest.`,
      );
    }
    this.#show();
  }

  readonly #tick = (): void => {
    this.#cancelTick = this.clock.after(TICK, this.#tick);
    this.#rate = this.topic.statistics.rate();
    this.#show();
  };

  #show(): void {
    const status = this.#status();
    const shown = JSON.stringify(status);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.node.status(status);
    }
    const report = this.report();
    // nobody deletes a queue of the sandbox
    this.#expiry.look(report.state === 'consuming' || this.topic.isSandbox);
    if (report.state === this.#reported) return;
    this.#reported = report.state;
    if (report.state === 'stalled') this.#warnOfStall();
    this.onChange(report);
  }

  /** While the topic holds, it is the one that asks for nothing, or for one event. */
  get #state(): SubscriptionState | { name: 'holding'; error?: undefined } {
    const { name } = this.#subscription;
    const isItsOwn = name === 'consuming' || name === 'paused';
    return isItsOwn && this.topic.isHolding ? { name: 'holding' } : this.#subscription;
  }

  #status(): SubscriptionStatus {
    const state = this.#state;
    const status = subscriptionStatus(this.node.type, state);
    if (state.name !== 'consuming') return status;
    const { missing } = this.flowsState;
    if (missing.length > 0) {
      const text = this.#translate('flows-not-started', { types: missing.join(', ') });
      return { ...status, fill: 'yellow', text, code: 'flows-not-started' };
    }
    const stalledFor = this.#stalledFor();
    const { inFlight } = this.topic;
    if (stalledFor !== undefined) {
      const text = this.#translate(this.topic.oldest ? 'stalled' : 'stalled-waiting', {
        count: inFlight,
        minutes: Math.floor(stalledFor / 60_000),
      });
      return { ...status, fill: 'yellow', text, state: 'stalled' };
    }
    const { isSandbox, unchecked, odd } = this.topic;
    if (inFlight === 0 && this.#rate < 0.1 && unchecked === 0 && odd === 0) {
      return isSandbox ? { ...status, text: this.#translate('sandbox-connected') } : status;
    }
    const rate = this.#rate < 10 ? this.#rate.toFixed(1) : Math.round(this.#rate);
    const parts = [`${rate}/s`, `${inFlight} ${this.#translate('in-flight')}`];
    if (unchecked > 0) parts.push(this.#translate('unchecked', { count: unchecked }));
    if (odd > 0) parts.push(this.#translate('odd', { count: odd }));
    if (isSandbox) parts.push(this.#translate('sandbox'));
    return { ...status, text: parts.join(' · ') };
  }

  /** Milliseconds that nothing was acknowledged although the flow has all that the prefetch allows. */
  #stalledFor(): number | undefined {
    const { inFlight, statistics } = this.topic;
    if (this.#state.name !== 'consuming') return undefined;
    if (inFlight < this.settings.prefetch) return undefined;
    const since = Math.max(statistics.lastAckAt ?? 0, statistics.lastEventAt ?? 0);
    const silence = this.clock.now() - since;
    return silence >= Math.min(STALLED_AFTER, this.settings.deadline / 2) ? silence : undefined;
  }

  #warnOfStall(): void {
    const { oldest, inFlight } = this.topic;
    warn(
      this.node,
      `Stalled: ${inFlight} events are on their way and none was acknowledged for a while; ${this.#whereabouts(oldest)}.`,
    );
  }

  #whereabouts(oldest: Topic['oldest']): string {
    if (!oldest) return 'all of them wait for their next attempt';
    const age = Math.round((this.clock.now() - oldest.since) / 1000);
    const heldBy = oldest.heldBy.join(', ') || 'nobody that could be seen';
    return `the oldest in the flow came ${age} s ago and is held by: ${heldBy}`;
  }

  #translate(key: string, values?: Record<string, unknown>): string {
    return this.RED._(`invers-topic-in.status.${key}`, values as never);
  }
}

function isoOrNull(moment: number | undefined): string | null {
  return moment === undefined ? null : new Date(moment).toISOString();
}
