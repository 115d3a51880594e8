/** From the state of a subscription to what stands under the node: one table. */
import type { NodeStatus } from 'node-red';
import type { SubscriptionState } from '../../../src/broker/broker';

/** Ring = not connected, dot = connected; only a confirmed consumer is green. */
const LOOKS: Record<SubscriptionState['name'] | 'holding', NodeStatus> = {
  connecting: { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' },
  consuming: { fill: 'green', shape: 'dot', text: 'node-red:common.status.connected' },
  paused: { fill: 'grey', shape: 'ring', text: 'invers-topic-in.status.paused' },
  holding: { fill: 'yellow', shape: 'dot', text: 'invers-topic-in.status.holding' },
  // without an error, a control message asked for it
  disconnected: { fill: 'grey', shape: 'ring', text: 'invers-topic-in.status.disconnected-by-you' },
  refused: { fill: 'red', shape: 'ring' },
  'queue-missing': { fill: 'red', shape: 'dot' },
};

/** A status as Status nodes see it: `state` and `code` stay the same in every language. */
export interface SubscriptionStatus extends NodeStatus {
  readonly state: SubscriptionState['name'] | 'holding' | 'stalled';
  readonly code?: string;
}

/**
 * The texts are keys of message catalogues, which the editor shows in its own language: those of the
 * core where it has one, and the node type's own where a reason tells what to do.
 */
export function subscriptionStatus(
  nodeType: string,
  { name, error }: SubscriptionState | { name: 'holding'; error?: undefined },
): SubscriptionStatus {
  if (!error) return { ...LOOKS[name], state: name };
  const { code, scope } = error;
  return {
    fill: name === 'connecting' ? 'yellow' : 'red',
    // connected all the same: only the queue is in trouble
    shape: scope === 'queue' ? 'dot' : 'ring',
    text: `${nodeType}.status.${code}`,
    state: name,
    code,
  };
}

/** For a node that cannot work with what was typed into its form. */
export function invalidStatus(nodeType: string, code = 'settings-invalid'): NodeStatus {
  return { ...LOOKS.refused, text: `${nodeType}.status.${code}` };
}
