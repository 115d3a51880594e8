/** The one that follows all flows: what a hook costs, it costs every message of every flow. */
import type { NodeAPI } from 'node-red';
import { systemClock } from '../../../src/time/clock';
import { FlowCompletion } from '../flow/completion';

const completions = new WeakMap<object, FlowCompletion>();

/** One for all nodes of a runtime, each of whose node types has a `RED` of its own. */
export function sharedCompletion(RED: NodeAPI): FlowCompletion {
  const completion = completions.get(RED.events) ?? new FlowCompletion(RED, systemClock);
  completions.set(RED.events, completion);
  return completion;
}
