/** Another topic of these flows that reads the same queue: the broker gives each event to only one of the two. */
import { CONSUMER } from '../settings/limits';
import { machineOf } from '../settings/texts';
import type { EditorNode } from './red';

/** What it is called; undefined where nobody else reads the queue. */
export function otherReader(id: string, consumer: string, queue: string): string | undefined {
  const name = queue.trim();
  if (name === '') return undefined;
  const other = RED.nodes
    .filterNodes({ type: 'invers-topic-in' })
    .find((node) => node.id !== id && node['d'] !== true && reads(node, consumer, name));
  return other && String(other['name'] || other['topic'] || name);
}

function reads(node: EditorNode, consumer: string, queue: string): boolean {
  if (String(node['queue'] ?? '').trim() !== queue) return false;
  const theirs = String(node['consumer'] ?? '');
  const place = placeOf(consumer);
  return theirs === consumer || (place !== undefined && place === placeOf(theirs));
}

/** Where a consumer's queues are: two consumers of one virtual host have the same. A sandbox has its own. */
function placeOf(id: string): string | undefined {
  const consumer = RED.nodes.node(id);
  if (!consumer || consumer['environment'] === 'sandbox') return undefined;
  const isCustom = consumer['environment'] === 'custom';
  const { host, port, vhost } = CONSUMER;
  return JSON.stringify([
    machineOf(String(isCustom ? (consumer['host'] ?? '') : host.default)),
    Number(isCustom ? consumer['port'] : port.default),
    consumer['vhost'] || (isCustom ? vhost.empty : ''),
  ]);
}
