/** What stands under a node that counts what it did with vehicles: `1,204 changed · 31 unchanged`. */
import type { NodeAPI, NodeStatus } from 'node-red';
import type { SharedStore } from '../memory/store-node';

/** `counts`: by the names of their texts in `<type>.status`; the first is always shown, the others where there are any. */
export function vehicleStatus(
  RED: NodeAPI,
  type: string,
  counts: Readonly<Record<string, number>>,
  { health }: SharedStore,
): NodeStatus {
  const text = (name: string): string => RED._(`${type}.status.${name}`);
  const parts = Object.entries(counts)
    .filter(([, count], at) => at === 0 || count > 0)
    .map(([name, count]) => `${count.toLocaleString('en')} ${text(name)}`);
  const { state = 'working' } = health ?? {};
  if (state === 'working') return { fill: 'grey', shape: 'dot', text: parts.join(' · ') };
  const shape = state === 'memory-only' ? 'dot' : 'ring';
  return { fill: 'yellow', shape, text: [text(state), ...parts].join(' · ') };
}
