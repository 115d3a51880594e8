/** What the wires of the flows tell: what stands behind a topic, and which consumers a node may hear of. */
import type { NodeAPI, NodeDef } from 'node-red';

/** What Node-RED has stored of a node, as far as it matters here. */
interface StoredNode extends NodeDef {
  readonly d?: boolean;
  readonly wires?: readonly (readonly string[])[];
  /** Of a topic: the event consumer. */
  readonly consumer?: string;
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

/**
 * Delay nodes that are set to hold a message of the topic for longer than the broker waits: their names, nearest
 * first; `limit` in milliseconds.
 */
export function longDelaysBehind(RED: NodeAPI, nodeId: string, limit: number): string[] {
  return reachable(storedNodes(RED), nodeId)
    .filter((node) => longestDelay(node) > limit)
    .map(({ id, name, type }) => `${name || type} (${id})`);
}

/** The consumers of those topics whose messages can come to the node. */
export function consumersBefore(RED: NodeAPI, nodeId: string): string[] {
  const nodes = storedNodes(RED);
  const topics = [...nodes.values()].filter(({ type, d }) => type === 'invers-topic-in' && !d);
  const before = topics.filter(({ id }) => reachable(nodes, id).some((node) => node.id === nodeId));
  return [...new Set(before.flatMap(({ consumer }) => consumer || []))];
}

function storedNodes(RED: NodeAPI): ReadonlyMap<string, StoredNode> {
  const nodes = new Map<string, StoredNode>();
  RED.nodes.eachNode((node) => {
    nodes.set(node.id, node as StoredNode);
  });
  return nodes;
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
