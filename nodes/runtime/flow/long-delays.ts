/** Delay nodes behind a topic that are set to hold a message for longer than the broker waits. */
import type { NodeAPI, NodeDef } from 'node-red';

/** What Node-RED has stored of a node, as far as it matters here. */
interface StoredNode extends NodeDef {
  readonly d?: boolean;
  readonly wires?: readonly (readonly string[])[];
  /** Of a Link out: the Link in nodes that it leads to. */
  readonly links?: readonly string[];
  readonly pauseType?: string;
  readonly timeout?: string;
  readonly timeoutUnits?: string;
  readonly randomLast?: string;
  readonly randomUnits?: string;
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/** Their names, nearest first; `limit` in milliseconds. */
export function longDelaysBehind(RED: NodeAPI, nodeId: string, limit: number): string[] {
  const nodes = new Map<string, StoredNode>();
  RED.nodes.eachNode((node) => {
    nodes.set(node.id, node as StoredNode);
  });
  return reachable(nodes, nodeId)
    .filter((node) => longestDelay(node) > limit)
    .map(({ id, name, type }) => `${name || type} (${id})`);
}

/** Every node that a message can come to. A Set may grow while it is walked through. */
function reachable(nodes: ReadonlyMap<string, StoredNode>, from: string): StoredNode[] {
  const ids = new Set([from]);
  const found: StoredNode[] = [];
  for (const id of ids) {
    const node = nodes.get(id);
    if (!node || node.d) continue;
    found.push(node);
    for (const next of [...(node.wires ?? []).flat(), ...linksOf(node)]) ids.add(next);
  }
  return found;
}

function linksOf({ type, links }: StoredNode): readonly string[] {
  return type === 'link out' || type === 'link call' ? (links ?? []) : [];
}

/** Milliseconds; 0 where it is no Delay, or its time stands in the message. */
function longestDelay(node: StoredNode): number {
  if (node.type !== 'delay') return 0;
  const isRandom = node.pauseType === 'random';
  if (!isRandom && node.pauseType !== 'delay') return 0;
  const count = Number(isRandom ? node.randomLast : node.timeout);
  const unit = MILLISECONDS[(isRandom ? node.randomUnits : node.timeoutUnits) ?? ''] ?? 0;
  return Number.isFinite(count) ? count * unit : 0;
}
