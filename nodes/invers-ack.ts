/** Tells the broker, where a flow wants to decide that itself, what became of an event. */

import type { Node, NodeDef, NodeInitializer, NodeMessage } from 'node-red';
import type { LateReason, Outcome } from '../src/delivery/outcome';
import { errorText } from '../src/errors/error-text';
import { MessageDeliveries } from './runtime/delivery/message-delivery';
import { oneOf } from './runtime/settings/values';
import { fail } from './runtime/status/say';
import { invalidStatus } from './runtime/status/subscription';
import { ACK } from './settings/limits';

interface InversAckConfig extends NodeDef {
  readonly outcome?: string;
}

const { choices: OUTCOMES, default: ACKNOWLEDGE } = ACK.outcome;

const initialize: NodeInitializer = (RED) => {
  function InversAck(this: Node, config: InversAckConfig): void {
    RED.nodes.createNode(this, config);
    const deliveries = new MessageDeliveries(RED);
    try {
      oneOf('Outcome', config.outcome, OUTCOMES, ACKNOWLEDGE);
    } catch (error) {
      this.status(invalidStatus(this.type));
      fail(this, errorText(error));
    }
    this.on('input', (message, send, done) => {
      try {
        decide(deliveries, message, message['outcome'] ?? config.outcome);
        send(message);
        done();
      } catch (error) {
        done(error as Error);
      }
    });
  }

  RED.nodes.registerType('invers-ack', InversAck);
};

/** Throws when the decision does not count, with the reason. */
function decide(deliveries: MessageDeliveries, message: NodeMessage, chosen: unknown): void {
  const outcome = oneOf('The outcome', chosen, OUTCOMES, ACKNOWLEDGE);
  const delivery = deliveries.of(message);
  if (!delivery) {
    throw new Error(
      'The message has no msg.delivery: only events of an INVERS topic, and what a watch says by the clock, can be decided.',
    );
  }
  const late = delivery.decide(toOutcome(outcome));
  if (late !== undefined) throw new Error(REASONS[late]);
}

function toOutcome(outcome: (typeof OUTCOMES)[number]): Outcome {
  return outcome === 'retry'
    ? { kind: 'fail', reason: 'the flow asked for another attempt' }
    : { kind: outcome };
}

const REASONS: Record<LateReason, string> = {
  unknown:
    'This delivery is not known: it was acknowledged when it was handed to the flow, or its consumer was deployed anew.',
  'already-decided': 'This delivery is decided already: the first decision counts.',
  lost: 'The connection broke after this delivery: the broker delivers the event again.',
};

export = initialize;
