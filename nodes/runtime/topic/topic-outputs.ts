/** The outputs of one topic: what leaves by them, and how the flows behind them are followed. */

import type { Node, NodeMessage } from 'node-red';
import type { IncomingMessage } from '../../../src/broker/broker';
import type { Exhaustion } from '../../../src/delivery/attempts/exhaustion';
import type { EventDelivery } from '../../../src/delivery/event-delivery';
import type { FlowListener } from '../../../src/delivery/outcome';
import type { TopicOutputs } from '../../../src/delivery/topic-outputs';
import { printable } from '../../../src/errors/printable';
import { parseEvent } from '../../../src/events/envelope';
import type { ReadEvent } from '../../../src/events/read-event';
import { contentKey } from '../../../src/time/bounded-key';
import { RecentMap } from '../../../src/time/recent-map';
import type { FlowCompletion } from '../flow/completion';
import type { Parking } from '../parking/parking';
import type { TopicInSettings } from '../settings/topic';
import { warn } from '../status/say';
import { throttledError } from '../status/throttled-error';
import { throttledWarning } from '../status/throttled-warning';
import type { DeliveryInfo } from './delivery-info';
import { eventMessage, exhaustedMessage, invalidMessage } from './event-message';

export interface TopicInNode extends Node {
  /** Where the outputs lead, one list of node ids for each. */
  readonly wires: readonly (readonly string[])[];
}

/** An event as it came, and what was read of it. */
export interface TopicEvent {
  readonly delivery: IncomingMessage;
  readonly info: DeliveryInfo;
  readonly read: ReadEvent;
  /** id of the vehicle that it names */
  readonly vehicle: string | undefined;
}

/** Characters of an id and a type that the list of parked events shows. */
const LONGEST_NAME = 200;
/** So many events are remembered that could not leave by output 2. */
const REMEMBERED = 1_000;

export class NodeOutputs implements TopicOutputs<TopicEvent> {
  readonly #reportParked: (text: string, message: NodeMessage) => void;
  readonly #warnOfFailure: (text: string) => void;
  readonly #warnOfLate: (text: string) => void;
  readonly #timesStuck = new RecentMap<string, number>(REMEMBERED);
  #isToldOfCutOff = false;

  constructor(
    private readonly node: TopicInNode,
    private readonly settings: TopicInSettings,
    private readonly completion: FlowCompletion,
    private readonly parking?: Pick<Parking, 'park'>,
  ) {
    this.#reportParked = throttledError(node);
    this.#warnOfFailure = throttledWarning((text) => warn(node, text));
    this.#warnOfLate = throttledWarning((text) => warn(node, text));
  }

  /** Sends the event without following it: nobody waits for how the flow ends, only for its being parked. */
  sendOnly(content: TopicEvent): Promise<void> | undefined {
    const { info, read, vehicle } = content;
    const { topic } = this.settings;
    if ('invalid' in read) {
      return this.#sendByOutput2(invalidMessage(topic, read.invalid, info, read.check), content);
    }
    this.node.send(eventMessage(topic, read.event, vehicle, info, read.check));
    return undefined;
  }

  send({ id, content }: EventDelivery<TopicEvent>, listener: FlowListener): void {
    const { info, read, vehicle } = content;
    // in manual mode an ack node decides, however the flow ends
    if ('invalid' in read || this.settings.acknowledge === 'manual') {
      void this.sendOnly(content);
      return;
    }
    const message = eventMessage(this.settings.topic, read.event, vehicle, info, read.check);
    this.completion.follow(message, id, listener);
    this.node.send(message);
    this.completion.leftSource(id);
  }

  giveUp(
    { id, content }: EventDelivery<TopicEvent>,
    why: Exhaustion | undefined,
    listener: FlowListener,
  ): Promise<void> | undefined {
    const message = this.#output2Message(content, why);
    this.completion.follow(message, id, listener);
    const parked = this.#sendByOutput2(message, content);
    if (parked !== undefined) return parked.then(() => this.completion.leftSource(id));
    this.completion.leftSource(id);
    return undefined;
  }

  timesStuck({ eventId, content }: EventDelivery<TopicEvent>): number {
    // what is no event has no id by which it is recognised
    const key = 'event' in content.read ? eventId : contentKey(content.delivery.body);
    const times = (this.#timesStuck.get(key) ?? 0) + 1;
    this.#timesStuck.set(key, times);
    return times;
  }

  stuck(_delivery: EventDelivery<TopicEvent>, reason: string, delay: number): void {
    this.#warnOfFailure(
      `An event did not leave by output 2, and goes back to the queue in ${Math.round(delay / 1000)} s: ${reason}`,
    );
  }

  retrying({ attempt }: EventDelivery<TopicEvent>, reason: string, delay: number): void {
    const { maxAttempts } = this.settings;
    // ends of Node-RED that it was merely beside make it more
    const of = attempt > maxAttempts ? '' : ` of ${maxAttempts}`;
    this.#warnOfFailure(
      `An event failed and is tried again in ${Math.round(delay / 1000)} s (attempt ${attempt}${of}): ${reason}`,
    );
  }

  cutOffAgain(_delivery: EventDelivery<TopicEvent>, rest: number): void {
    if (this.#isToldOfCutOff) return;
    this.#isToldOfCutOff = true;
    warn(
      this.node,
      `Nobody takes the events of this topic: the nodes behind it are stopped, so each event goes back to the queue, the next time after ${Math.round(rest / 1000)} s. Most likely Node-RED has not started all flows, because a node type is missing: see its log. Said once.`,
    );
  }

  timedOut(deliveryId: string): string {
    const seconds = this.settings.deadline / 1000;
    if (this.settings.acknowledge === 'manual') {
      return `no invers-ack node decided about it within ${seconds} s.`;
    }
    this.completion.watchLate(deliveryId, (nodeName) =>
      this.#warnOfLate(
        `An event that had failed at its deadline has left ${nodeName} all the same: what follows is done for it now, and again when it comes again. Give the topic a deadline that is longer than the flow needs.`,
      ),
    );
    const heldBy = this.completion.holders(deliveryId).join(', ');
    return `the flow had not finished with it after ${seconds} s; still held by: ${heldBy}.`;
  }

  isHeldOnPurpose(deliveryId: string): boolean {
    return this.completion.isHeldOnPurpose(deliveryId);
  }

  forget(deliveryId: string): void {
    this.completion.forget(deliveryId);
  }

  #output2Message(
    { delivery, info, read, vehicle }: TopicEvent,
    why: Exhaustion | undefined,
  ): NodeMessage {
    const { topic } = this.settings;
    if ('invalid' in read) return invalidMessage(topic, read.invalid, info, read.check);
    // the flow may have changed the first message, so the event is read once more
    const again = parseEvent(delivery.body, delivery.properties);
    const event = 'event' in again ? again.event : read.event;
    return exhaustedMessage(topic, event, vehicle, info, read.check, why);
  }

  /** Without a wire at output 2 it is parked, and a Catch node gets it: nothing disappears, nor unseen. */
  #sendByOutput2(
    message: NodeMessage,
    { delivery: { body, properties }, read }: TopicEvent,
  ): Promise<void> | undefined {
    if (this.node.wires[1]?.length) {
      this.node.send([null, message]);
      return undefined;
    }
    const { code, message: text } = message['error'] as { code: string; message: string };
    const { id, type } = 'event' in read ? read.event.metadata : read.invalid.metadata;
    const parked = this.parking?.park({
      node: this.node.id,
      topic: this.settings.topic,
      // all of it stands in the body
      eventId: typeof id === 'string' ? printable(id, LONGEST_NAME) : undefined,
      type: typeof type === 'string' ? printable(type, LONGEST_NAME) : undefined,
      reason: code,
      body,
      properties,
    });
    if (parked instanceof Promise) return parked.then(() => this.#reportParked(text, message));
    this.#reportParked(text, message);
    return undefined;
  }
}
